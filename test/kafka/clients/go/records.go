package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

func init() {
	add(map[string]feature{
		"uncompressed": codec(kgo.NoCompression()),
		"gzip":         codec(kgo.GzipCompression()),
		"snappy":       codec(kgo.SnappyCompression()),
		"lz4":          codec(kgo.Lz4Compression()),
		"zstd":         codec(kgo.ZstdCompression()),

		"keys":                  keys,
		"null keys and values":  keysAndValues("nulls", [][2][]byte{{nil, nil}, {[]byte("k"), nil}, {nil, []byte("v")}}),
		"empty keys and values": keysAndValues("empty", [][2][]byte{{{}, {}}, {nil, {}}, {{}, nil}}),
		"headers": headers("headers", []kgo.RecordHeader{
			{Key: "a", Value: []byte("one")}, {Key: "b", Value: []byte("two")}, {Key: "a", Value: []byte("three")}, {Key: "none"},
		}),
		"headers of bytes":         headers("bytes", []kgo.RecordHeader{{Key: "b", Value: []byte{0, 255, 128}}, {Key: "empty", Value: []byte{}}}),
		"timestamps":               timestamps,
		"timestamps of the broker": brokerTimestamps,
		"offsets by time":          offsetsByTime,
		"acks 0, 1, all":           acks,
		"large records":            large,
		"many partitions":          manyPartitions,
	})
}

func codec(codec kgo.CompressionCodec) feature {
	return func(ctx context.Context, r *run) {
		topic := r.topic(ctx, "codec-"+fmt.Sprint(time.Now().UnixNano()), 1)
		values := []string{}
		for i := range 100 {
			values = append(values, fmt.Sprintf("value %d %s", i, strings.Repeat("abc", 50)))
		}
		produceAll(ctx, r.client(kgo.ProducerBatchCompression(codec), kgo.ProducerLinger(50*time.Millisecond)), topic, values)
		same(texts(r.read(ctx, topic, 100)), values, "values")
	}
}

func keys(ctx context.Context, r *run) {
	topic := r.topic(ctx, "keys", 4)
	client := r.client()
	for i := range 200 {
		client.Produce(ctx, &kgo.Record{Topic: topic, Key: fmt.Appendf(nil, "key %d", i%20), Value: fmt.Append(nil, i)}, nil)
	}
	check(client.Flush(ctx))
	partition, last := map[string]int32{}, map[string]int{}
	for _, record := range r.read(ctx, topic, 200) {
		key := string(record.Key)
		var value int
		_, err := fmt.Sscan(string(record.Value), &value)
		check(err)
		if before, known := last[key]; known {
			same(record.Partition, partition[key], "partition of "+key)
			same(value, before+20, "value of "+key)
		}
		partition[key], last[key] = record.Partition, value
	}
	same(len(last), 20, "keys")
}

func keysAndValues(name string, sent [][2][]byte) feature {
	return func(ctx context.Context, r *run) {
		topic := r.topic(ctx, name, 1)
		client := r.client()
		for _, record := range sent {
			check(client.ProduceSync(ctx, &kgo.Record{Topic: topic, Key: record[0], Value: record[1]}).FirstErr())
		}
		for i, record := range r.read(ctx, topic, len(sent)) {
			same([2][]byte{record.Key, record.Value}, sent[i], "record")
		}
	}
}

func headers(name string, sent []kgo.RecordHeader) feature {
	return func(ctx context.Context, r *run) {
		topic := r.topic(ctx, name, 1)
		check(r.client().ProduceSync(ctx, &kgo.Record{Topic: topic, Headers: sent}).FirstErr())
		same(r.read(ctx, topic, 1)[0].Headers, sent, "headers")
	}
}

func timestamps(ctx context.Context, r *run) {
	topic := r.topic(ctx, "create-time", 1)
	sent := []int64{1_700_000_000_000, 1_699_999_990_000, 1_700_000_000_001}
	client := r.client()
	for _, ms := range sent {
		check(client.ProduceSync(ctx, &kgo.Record{Topic: topic, Value: []byte("v"), Timestamp: time.UnixMilli(ms)}).FirstErr())
	}
	got := []int64{}
	for _, record := range r.read(ctx, topic, 3) {
		got = append(got, record.Timestamp.UnixMilli())
	}
	same(got, sent, "timestamps")
}

func brokerTimestamps(ctx context.Context, r *run) {
	topic := r.topic(ctx, "append-time", 1, "message.timestamp.type", "LogAppendTime")
	before := time.Now().UnixMilli()
	check(r.client().ProduceSync(ctx, &kgo.Record{Topic: topic, Value: []byte("v"), Timestamp: time.UnixMilli(1_700_000_000_000)}).FirstErr())
	got := r.read(ctx, topic, 1)[0].Timestamp.UnixMilli()
	holds(got >= before && got <= time.Now().UnixMilli(), fmt.Sprintf("%d is not when the record was appended", got))
}

func offsetsByTime(ctx context.Context, r *run) {
	topic := r.topic(ctx, "by-time", 1)
	client := r.client()
	for i := range int64(10) {
		check(client.ProduceSync(ctx, &kgo.Record{Topic: topic, Value: []byte("v"), Timestamp: time.UnixMilli(1_700_000_000_000 + i*1000)}).FirstErr())
	}
	admin := r.admin()
	at := func(ms int64) int64 {
		listed, err := admin.ListOffsetsAfterMilli(ctx, ms, topic)
		check(err)
		offset, _ := listed.Lookup(topic, 0)
		check(offset.Err)
		return offset.Offset
	}
	same(at(1_700_000_003_000), int64(3), "at the fourth record")
	same(at(1_700_000_003_001), int64(4), "after the fourth record")
	// Past the last record there is none; the client answers the end in its place.
	same(at(1_800_000_000_000), int64(10), "after the last record")
}

func acks(ctx context.Context, r *run) {
	topic := r.topic(ctx, "acks", 1)
	for i, acks := range []kgo.Acks{kgo.NoAck(), kgo.LeaderAck(), kgo.AllISRAcks()} {
		client := r.client(kgo.RequiredAcks(acks), kgo.DisableIdempotentWrite())
		check(client.ProduceSync(ctx, &kgo.Record{Topic: topic, Value: fmt.Append(nil, i)}).FirstErr())
	}
	got := map[string]bool{}
	for _, value := range texts(r.read(ctx, topic, 3)) {
		got[value] = true
	}
	same(len(got), 3, "different values")
}

func large(ctx context.Context, r *run) {
	value := strings.Repeat("abcdefghij", 500_000)
	topic, small := r.topic(ctx, "large", 1, "max.message.bytes", "10000000"), r.topic(ctx, "small", 1)
	client := r.client(kgo.ProducerBatchMaxBytes(8_000_000), kgo.ProducerBatchCompression(kgo.NoCompression()), kgo.BrokerMaxWriteBytes(20_000_000))
	check(client.ProduceSync(ctx, &kgo.Record{Topic: topic, Value: []byte(value)}).FirstErr())
	holds(string(r.read(ctx, topic, 1)[0].Value) == value, "another value came back")
	err := client.ProduceSync(ctx, &kgo.Record{Topic: small, Value: []byte(value)}).FirstErr()
	refused(err, kerr.MessageTooLarge, "a record that is too large")
}

func manyPartitions(ctx context.Context, r *run) {
	topic := r.topic(ctx, "many", 200)
	client := r.client(kgo.RecordPartitioner(kgo.ManualPartitioner()))
	for i := range int32(200) {
		client.Produce(ctx, &kgo.Record{Topic: topic, Partition: i, Value: fmt.Append(nil, i)}, nil)
	}
	check(client.Flush(ctx))
	seen := map[int32]bool{}
	for _, record := range r.read(ctx, topic, 200) {
		same(string(record.Value), fmt.Sprint(record.Partition), "value")
		seen[record.Partition] = true
	}
	same(len(seen), 200, "partitions")
}
