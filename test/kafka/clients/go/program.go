// franz-go against a broker: told on standard input what to do, answers in lines on standard output (see ../README.md).
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

type security struct {
	Listeners   map[string]string `json:"listeners"`
	Username    string            `json:"username"`
	Password    string            `json:"password"`
	CA          string            `json:"ca"`
	Certificate string            `json:"certificate"`
	Key         string            `json:"key"`
}

type request struct {
	Features  []string  `json:"features"`
	Prefix    string    `json:"prefix"`
	Bootstrap string    `json:"bootstrap"`
	Security  *security `json:"security"`
}

// none: the client has no such thing.
type none struct{ why string }

func (n none) Error() string { return n.why }

// feature panics with an error unless the broker has it: Go's tests do so through their own machinery, which a program has not.
type feature func(ctx context.Context, run *run)

// run is what a feature has: names of its own, and clients that are closed after it.
type run struct {
	request
	closing []func()
}

func main() {
	var asked request
	check(json.NewDecoder(os.Stdin).Decode(&asked))
	answers := json.NewEncoder(os.Stdout)
	for _, name := range asked.Features {
		answer := map[string]string{"feature": name, "answer": "yes"}
		if err := answered(asked, features[name]); err != nil {
			answer["answer"], answer["why"] = "no", err.Error()
			if missing := (none{}); errors.As(err, &missing) {
				answer["answer"] = "none"
			}
		}
		check(answers.Encode(answer))
	}
}

var features = map[string]feature{}

func add(more map[string]feature) {
	for name, body := range more {
		features[name] = body
	}
}

func answered(asked request, body feature) (err error) {
	if body == nil {
		return errors.New("the program knows no such feature")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 25*time.Second)
	defer cancel()
	one := &run{request: asked}
	defer func() {
		for _, stop := range one.closing {
			stop()
		}
	}()
	defer func() {
		switch thrown := recover().(type) {
		case nil:
		case error:
			err = thrown
		default:
			panic(thrown)
		}
	}()
	body(ctx, one)
	return nil
}

func (r *run) name(of string) string { return r.Prefix + of }

func (r *run) client(options ...kgo.Opt) *kgo.Client {
	client, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(r.Bootstrap), kgo.ClientID(r.Prefix)}, options...)...)
	check(err)
	r.closing = append(r.closing, client.Close)
	return client
}

func (r *run) admin(options ...kgo.Opt) *kadm.Client { return kadm.NewClient(r.client(options...)) }

func (r *run) topic(ctx context.Context, of string, partitions int32, configs ...string) string {
	name := r.name(of)
	values := map[string]*string{}
	for i := 0; i < len(configs); i += 2 {
		values[configs[i]] = &configs[i+1]
	}
	admin := r.admin()
	_, err := admin.CreateTopic(ctx, partitions, 1, values, name)
	check(err)
	// A broker of KRaft answers before it knows the topic itself.
	eventually(ctx, "the topic is known", func() bool {
		listed, err := admin.ListTopics(ctx, name)
		check(err)
		return len(listed[name].Partitions) == int(partitions)
	})
	return name
}

// read: so many records of all partitions, from the first offset on; a reader of committed ones where it is asked to be.
func (r *run) read(ctx context.Context, topic string, count int, options ...kgo.Opt) []*kgo.Record {
	client := r.client(append([]kgo.Opt{kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart())}, options...)...)
	return poll(ctx, client, count)
}

func poll(ctx context.Context, client *kgo.Client, count int) []*kgo.Record {
	var records []*kgo.Record
	for len(records) < count {
		fetches := client.PollFetches(ctx)
		check(fetches.Err())
		records = append(records, fetches.Records()...)
	}
	same(len(records), count, "records")
	return records
}

func texts(records []*kgo.Record) []string {
	values := []string{}
	for _, record := range records {
		values = append(values, string(record.Value))
	}
	return values
}

// numbered: "0" to count-1, as texts.
func numbered(count int) []string {
	values := []string{}
	for i := range count {
		values = append(values, fmt.Sprint(i))
	}
	return values
}

func produceAll(ctx context.Context, client *kgo.Client, topic string, values []string) {
	for _, value := range values {
		client.Produce(ctx, &kgo.Record{Topic: topic, Value: []byte(value)}, nil)
	}
	check(client.Flush(ctx))
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func same(actual, expected any, what string) {
	if !reflect.DeepEqual(actual, expected) {
		panic(fmt.Errorf("%s: %.200v in place of %.200v", what, actual, expected))
	}
}

func holds(condition bool, what string) {
	if !condition {
		panic(errors.New(what))
	}
}

func refused(err, with error, what string) {
	if !errors.Is(err, with) {
		panic(fmt.Errorf("%s: %v in place of %v", what, err, with))
	}
}

func eventually(ctx context.Context, what string, condition func() bool) {
	for !condition() {
		select {
		case <-ctx.Done():
			panic(fmt.Errorf("never: %s", what))
		case <-time.After(20 * time.Millisecond):
		}
	}
}
