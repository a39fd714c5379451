package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

func init() {
	add(map[string]feature{
		"idempotent producer":     idempotent,
		"transactions":            committed,
		"aborted transactions":    aborted,
		"offsets in transactions": chain,
		"fencing":                 fencing,
	})
}

var readCommitted = kgo.FetchIsolationLevel(kgo.ReadCommitted())

func idempotent(ctx context.Context, r *run) {
	topic := r.topic(ctx, "idempotent", 1)
	produceAll(ctx, r.client(kgo.ProducerBatchMaxBytes(1_000)), topic, numbered(1000))
	same(texts(r.read(ctx, topic, 1000)), numbered(1000), "values")
}

func committed(ctx context.Context, r *run) {
	topic := r.topic(ctx, "committed", 2)
	producer := r.client(kgo.TransactionalID(r.name("committed")), kgo.RecordPartitioner(kgo.RoundRobinPartitioner()))
	check(producer.BeginTransaction())
	produceAll(ctx, producer, topic, numbered(10))
	reader := r.client(kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), readCommitted)
	waiting, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
	same(reader.PollFetches(waiting).NumRecords(), 0, "records before the commit")
	cancel()
	check(producer.EndTransaction(ctx, kgo.TryCommit))
	partitions := map[int32]bool{}
	for _, record := range poll(ctx, reader, 10) {
		partitions[record.Partition] = true
	}
	same(len(partitions), 2, "partitions")
}

func aborted(ctx context.Context, r *run) {
	topic := r.topic(ctx, "aborted", 1)
	producer := r.client(kgo.TransactionalID(r.name("aborted")))
	for i, end := range []kgo.TransactionEndTry{kgo.TryCommit, kgo.TryAbort, kgo.TryCommit} {
		check(producer.BeginTransaction())
		produceAll(ctx, producer, topic, []string{fmt.Sprint(i)})
		check(producer.EndTransaction(ctx, end))
	}
	same(texts(r.read(ctx, topic, 2, readCommitted)), []string{"0", "2"}, "committed records")
	same(texts(r.read(ctx, topic, 3)), []string{"0", "1", "2"}, "all records")
}

// chain: from topic to topic to topic, in sessions that consume, transform and produce, two members each, every fourth transaction
// aborted. Each record arrives once, in its partition's order.
func chain(ctx context.Context, r *run) {
	const records = 400
	topics := []string{r.topic(ctx, "chain-0", 2), r.topic(ctx, "chain-1", 2), r.topic(ctx, "chain-2", 2)}
	produceAll(ctx, r.client(kgo.RecordPartitioner(kgo.RoundRobinPartitioner())), topics[0], numbered(records))
	errs := make(chan error, 4)
	working, stop := context.WithCancel(ctx)
	defer stop()
	for step := range 2 {
		for member := range 2 {
			go func() { errs <- r.transform(working, topics[step], topics[step+1], fmt.Sprintf("%d-%d", step, member)) }()
		}
	}
	got := map[string]bool{}
	for _, record := range r.read(ctx, topics[2], records, readCommitted) {
		got[string(record.Value)] = true
	}
	same(len(got), records, "different values")
	for i := range records {
		holds(got[fmt.Sprint(i+2)], fmt.Sprintf("%d is missing", i+2))
	}
	stop()
	for range 4 {
		check(<-errs)
	}
	for step := range 2 {
		r.nothingLeft(ctx, topics[step], r.name(topics[step]))
	}
}

// nothingLeft for a member that goes on from the group's offsets. It may have to wait for what the group's last members aborted.
func (r *run) nothingLeft(ctx context.Context, topic, group string) {
	member := r.member(ctx, group, kgo.ConsumeTopics(topic), readCommitted, kgo.RequireStableFetchOffsets())
	eventually(ctx, "it has all partitions", func() bool { return member.partitions() == 2 })
	time.Sleep(300 * time.Millisecond)
	same(member.read(), []string(nil), "records left for the group")
}

// transform adds one to each record, transactionally, until it is stopped.
func (r *run) transform(ctx context.Context, source, target, id string) error {
	session, err := kgo.NewGroupTransactSession(
		kgo.SeedBrokers(r.Bootstrap), kgo.ConsumerGroup(r.name(source)), kgo.ConsumeTopics(source), kgo.TransactionalID(r.name("chain-"+id)), readCommitted,
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.HeartbeatInterval(200*time.Millisecond), kgo.RequireStableFetchOffsets(),
	)
	if err != nil {
		return err
	}
	defer session.Close()
	for round := 0; ctx.Err() == nil; round++ {
		fetches := session.PollRecords(ctx, 30)
		if ctx.Err() != nil {
			return nil
		}
		if err := fetches.Err(); err != nil {
			return err
		}
		if err := session.Begin(); err != nil {
			return err
		}
		promise := kgo.AbortingFirstErrPromise(session.Client())
		for _, record := range fetches.Records() {
			value, err := strconv.Atoi(string(record.Value))
			if err != nil {
				return err
			}
			session.Produce(ctx, &kgo.Record{Topic: target, Value: fmt.Append(nil, value+1)}, promise.Promise())
		}
		end := kgo.TransactionEndTry(promise.Err() == nil && round%4 != 3)
		if _, err := session.End(context.WithoutCancel(ctx), end); err != nil {
			return err
		}
	}
	return nil
}

func fencing(ctx context.Context, r *run) {
	topic := r.topic(ctx, "fencing", 1)
	id := kgo.TransactionalID(r.name("fencing"))
	first := r.client(id)
	check(first.BeginTransaction())
	produceAll(ctx, first, topic, []string{"of the first"})
	second := r.client(id)
	check(second.BeginTransaction())
	check(second.ProduceSync(ctx, &kgo.Record{Topic: topic, Value: []byte("of the second")}).FirstErr())
	err := first.ProduceSync(ctx, &kgo.Record{Topic: topic, Value: []byte("too late")}).FirstErr()
	holds(errors.Is(err, kerr.InvalidProducerEpoch) || errors.Is(err, kerr.ProducerFenced), fmt.Sprintf("the first producer: %v", err))
	check(second.EndTransaction(ctx, kgo.TryCommit))
	same(texts(r.read(ctx, topic, 1, readCommitted)), []string{"of the second"}, "committed records")
}
