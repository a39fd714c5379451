package main

import (
	"context"
	"fmt"
	"regexp"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

func init() {
	add(map[string]feature{
		"rebalances":             rebalances(kgo.Balancers(kgo.RoundRobinBalancer())),
		"cooperative rebalances": rebalances(kgo.Balancers(kgo.CooperativeStickyBalancer())),
		"KIP-848 groups":         rebalances(kgo.Balancers(kgo.StickyBalancer()), kgo.ServerSideBalancer()),
		"static members":         staticMembers,
		"committed offsets":      committedOffsets,
		"offset reset":           offsetReset,
		"topics by pattern":      pattern,
	})
}

// member polls all along. What it was given is in `assigned`, what it read in `values`; `lost` counts partitions that were taken away.
type member struct {
	client   *kgo.Client
	mu       sync.Mutex
	assigned map[string]map[int32]bool
	values   []string
	given    int
	lost     int
	ended    chan struct{}
}

func (r *run) member(ctx context.Context, group string, options ...kgo.Opt) *member {
	m := &member{assigned: map[string]map[int32]bool{}, ended: make(chan struct{})}
	taken := func(_ context.Context, _ *kgo.Client, partitions map[string][]int32) {
		m.mu.Lock()
		defer m.mu.Unlock()
		for topic, all := range partitions {
			for _, partition := range all {
				delete(m.assigned[topic], partition)
				m.lost++
			}
		}
	}
	m.client = r.client(append([]kgo.Opt{
		kgo.ConsumerGroup(group),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.HeartbeatInterval(200 * time.Millisecond),
		kgo.AutoCommitInterval(100 * time.Millisecond),
		kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, partitions map[string][]int32) {
			m.mu.Lock()
			defer m.mu.Unlock()
			for topic, all := range partitions {
				if m.assigned[topic] == nil {
					m.assigned[topic] = map[int32]bool{}
				}
				for _, partition := range all {
					m.assigned[topic][partition] = true
					m.given++
				}
			}
		}),
		kgo.OnPartitionsRevoked(taken),
		kgo.OnPartitionsLost(taken),
	}, options...)...)
	go func() {
		defer close(m.ended)
		for {
			fetches := m.client.PollFetches(ctx)
			if fetches.IsClientClosed() || ctx.Err() != nil {
				return
			}
			m.mu.Lock()
			m.values = append(m.values, texts(fetches.Records())...)
			m.mu.Unlock()
		}
	}()
	return m
}

func (m *member) partitions() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	sum := 0
	for _, all := range m.assigned {
		sum += len(all)
	}
	return sum
}

func (m *member) read() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.values...)
}

func (m *member) leave(ctx context.Context) {
	check(m.client.CommitUncommittedOffsets(ctx))
	m.client.Close()
	<-m.ended
}

func rebalances(options ...kgo.Opt) feature {
	return func(ctx context.Context, r *run) {
		topic := r.topic(ctx, fmt.Sprint("shared-", time.Now().UnixNano()), 4)
		group := topic
		options := append([]kgo.Opt{kgo.ConsumeTopics(topic)}, options...)
		producer := r.client(kgo.RecordPartitioner(kgo.RoundRobinPartitioner()))
		sent := 0
		send := func() {
			values := []string{}
			for range 40 {
				values = append(values, fmt.Sprint(sent))
				sent++
			}
			produceAll(ctx, producer, topic, values)
		}
		first := r.member(ctx, group, options...)
		eventually(ctx, "a lone member has all", func() bool { return first.partitions() == 4 })
		send()
		second := r.member(ctx, group, options...)
		everything := func() bool {
			different := map[string]bool{}
			for _, value := range append(first.read(), second.read()...) {
				different[value] = true
			}
			return len(different) == sent
		}
		eventually(ctx, "two members share", func() bool { return first.partitions() == 2 && second.partitions() == 2 })
		send()
		eventually(ctx, "all records of two members", everything)
		second.leave(ctx)
		eventually(ctx, "the one that stays has all", func() bool { return first.partitions() == 4 })
		send()
		eventually(ctx, "all records of all", everything)
	}
}

func staticMembers(ctx context.Context, r *run) {
	topic := r.topic(ctx, "static", 4)
	group := r.name("static")
	join := func(id string) *member {
		return r.member(ctx, group, kgo.ConsumeTopics(topic), kgo.InstanceID(id), kgo.Balancers(kgo.StickyBalancer()))
	}
	a, b := join("a"), join("b")
	eventually(ctx, "they share", func() bool { return a.partitions() == 2 && b.partitions() == 2 })
	given := b.given
	a.leave(ctx)
	again := join("a")
	eventually(ctx, "it has its partitions again", func() bool { return again.partitions() == 2 })
	same(b.partitions(), 2, "partitions of the other one")
	same(b.given, given, "partitions the other one was given")
}

func committedOffsets(ctx context.Context, r *run) {
	topic, group := r.topic(ctx, "commits", 1), r.name("commits")
	produceAll(ctx, r.client(), topic, numbered(10))
	options := []kgo.Opt{kgo.ConsumeTopics(topic), kgo.ConsumerGroup(group), kgo.DisableAutoCommit(), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart())}
	first := r.client(options...)
	poll(ctx, first, 10)
	offsets := kadm.Offsets{}
	offsets.Add(kadm.Offset{Topic: topic, Partition: 0, At: 6, LeaderEpoch: -1, Metadata: "as far as six"})
	first.Close()
	admin := r.admin()
	check(admin.CommitAllOffsets(ctx, group, offsets))
	fetched, err := admin.FetchOffsets(ctx, group)
	check(err)
	offset, _ := fetched.Lookup(topic, 0)
	same([]any{offset.At, offset.Metadata}, []any{int64(6), "as far as six"}, "committed")
	same(texts(poll(ctx, r.client(options...), 4)), []string{"6", "7", "8", "9"}, "the rest")
}

func offsetReset(ctx context.Context, r *run) {
	topic := r.topic(ctx, "reset", 1)
	producer := r.client()
	produceAll(ctx, producer, topic, numbered(5))
	same(texts(r.read(ctx, topic, 5)), numbered(5), "from the first")
	latest := r.client(kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtEnd()))
	waiting, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
	same(latest.PollFetches(waiting).NumRecords(), 0, "records before a new one")
	cancel()
	produceAll(ctx, producer, topic, []string{"5"})
	same(texts(poll(ctx, latest, 1)), []string{"5"}, "what came after the start")
	latest.SetOffsets(map[string]map[int32]kgo.EpochOffset{topic: {0: {Epoch: -1, Offset: 3}}})
	same(texts(poll(ctx, latest, 3)), []string{"3", "4", "5"}, "from a place of choice")
}

func pattern(ctx context.Context, r *run) {
	prefix := r.name("pattern")
	first := r.topic(ctx, "pattern-a", 1)
	reader := r.member(ctx, prefix, kgo.ConsumeRegex(), kgo.ConsumeTopics("^"+regexp.QuoteMeta(prefix)+"-.*"), kgo.MetadataMinAge(100*time.Millisecond), kgo.MetadataMaxAge(500*time.Millisecond))
	producer := r.client()
	produceAll(ctx, producer, first, []string{"a"})
	eventually(ctx, "a record of the first", func() bool { return len(reader.read()) == 1 })
	produceAll(ctx, producer, r.topic(ctx, "pattern-b", 1), []string{"b"})
	eventually(ctx, "a record of the one that came later", func() bool { return len(reader.read()) == 2 })
}
