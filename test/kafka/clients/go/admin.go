package main

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

func init() {
	add(map[string]feature{
		"create topics":            createTopics,
		"list and describe topics": listTopics,
		"delete topics":            deleteTopics,
		"add partitions":           addPartitions,
		"describe configs":         describeConfigs,
		"alter configs":            alterConfigs,
		"delete records":           deleteRecords,
		"list offsets":             listOffsets,
		"list and describe groups": listGroups,
		"delete groups":            deleteGroups,
		"alter offsets of groups":  alterOffsets,
		"describe cluster":         describeCluster,
		"ACLs":                     acls,
	})
}

func createTopics(ctx context.Context, r *run) {
	admin, topic, retention := r.admin(), r.name("created"), "123456"
	made, err := admin.CreateTopic(ctx, 3, 1, map[string]*string{"retention.ms": &retention}, topic)
	check(err)
	same(made.NumPartitions, int32(3), "partitions")
	holds(made.Configs["retention.ms"].Value != nil, "the answer has no configuration")
	same(*made.Configs["retention.ms"].Value, retention, "retention.ms")
	_, err = admin.CreateTopic(ctx, 3, 1, nil, topic)
	refused(err, kerr.TopicAlreadyExists, "created again")
	_, err = admin.CreateTopic(ctx, 1, 1, nil, "no/name")
	refused(err, kerr.InvalidTopicException, "a name with a slash")
}

func listTopics(ctx context.Context, r *run) {
	topic := r.topic(ctx, "listed", 2)
	listed, err := r.admin().ListTopics(ctx)
	check(err)
	detail := listed[topic]
	check(detail.Err)
	same(len(detail.Partitions), 2, "partitions")
	for _, partition := range detail.Partitions {
		same(partition.Replicas, []int32{partition.Leader}, "replicas")
		same(partition.ISR, partition.Replicas, "replicas in sync")
	}
}

func deleteTopics(ctx context.Context, r *run) {
	topic, admin := r.topic(ctx, "deleted", 1), r.admin()
	_, err := admin.DeleteTopic(ctx, topic)
	check(err)
	eventually(ctx, "it is listed no more", func() bool {
		listed, err := admin.ListTopics(ctx)
		check(err)
		return !listed.Has(topic)
	})
	_, err = admin.DeleteTopic(ctx, topic)
	refused(err, kerr.UnknownTopicOrPartition, "to delete it again")
}

func addPartitions(ctx context.Context, r *run) {
	topic, admin := r.topic(ctx, "grown", 1), r.admin()
	grown, err := admin.UpdatePartitions(ctx, 3, topic)
	check(err)
	check(grown.Error())
	eventually(ctx, "there are three", func() bool {
		listed, err := admin.ListTopics(ctx, topic)
		check(err)
		return len(listed[topic].Partitions) == 3
	})
	grown, err = admin.UpdatePartitions(ctx, 2, topic)
	check(err)
	refused(grown.Error(), kerr.InvalidPartitions, "fewer partitions")
}

func valuesOf(config kadm.ResourceConfig) map[string]string {
	values := map[string]string{}
	for _, entry := range config.Configs {
		values[entry.Key] = entry.MaybeValue()
	}
	return values
}

func describeConfigs(ctx context.Context, r *run) {
	topic, admin := r.topic(ctx, "described", 1, "retention.ms", "123456"), r.admin()
	described, err := admin.DescribeTopicConfigs(ctx, topic)
	check(err)
	check(described[0].Err)
	values := valuesOf(described[0])
	same([]string{values["retention.ms"], values["cleanup.policy"]}, []string{"123456", "delete"}, "properties of a topic")
	holds(len(values) > 20, fmt.Sprintf("%d properties of a topic", len(values)))
	brokers, err := admin.ListBrokers(ctx)
	check(err)
	described, err = admin.DescribeBrokerConfigs(ctx, brokers.NodeIDs()...)
	check(err)
	check(described[0].Err)
	holds(valuesOf(described[0])["num.partitions"] != "", "properties of the broker are missing")
}

func alterConfigs(ctx context.Context, r *run) {
	topic, admin := r.topic(ctx, "altered", 1), r.admin()
	alter := func(value string) error {
		altered, err := admin.AlterTopicConfigs(ctx, []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "retention.ms", Value: &value}}, topic)
		check(err)
		return altered[0].Err
	}
	check(alter("654321"))
	eventually(ctx, "retention.ms is altered", func() bool {
		described, err := admin.DescribeTopicConfigs(ctx, topic)
		check(err)
		return valuesOf(described[0])["retention.ms"] == "654321"
	})
	refused(alter("a while"), kerr.InvalidConfig, "a value that is no number")
}

func deleteRecords(ctx context.Context, r *run) {
	topic, admin := r.topic(ctx, "truncated", 1), r.admin()
	produceAll(ctx, r.client(), topic, numbered(10))
	offsets := kadm.Offsets{}
	offsets.AddOffset(topic, 0, 4, -1)
	deleted, err := admin.DeleteRecords(ctx, offsets)
	check(err)
	check(deleted.Error())
	starts, err := admin.ListStartOffsets(ctx, topic)
	check(err)
	start, _ := starts.Lookup(topic, 0)
	same(start.Offset, int64(4), "the first offset")
	same(texts(r.read(ctx, topic, 6)), []string{"4", "5", "6", "7", "8", "9"}, "values")
}

func listOffsets(ctx context.Context, r *run) {
	topic, admin := r.topic(ctx, "offsets", 1), r.admin()
	produceAll(ctx, r.client(), topic, numbered(7))
	starts, err := admin.ListStartOffsets(ctx, topic)
	check(err)
	ends, err := admin.ListEndOffsets(ctx, topic)
	check(err)
	start, _ := starts.Lookup(topic, 0)
	end, _ := ends.Lookup(topic, 0)
	same([]int64{start.Offset, end.Offset}, []int64{0, 7}, "offsets")
}

func listGroups(ctx context.Context, r *run) {
	topic, group, admin := r.topic(ctx, "group", 1), r.name("listed"), r.admin()
	member := r.member(ctx, group, kgo.ConsumeTopics(topic))
	eventually(ctx, "it is assigned", func() bool { return member.partitions() == 1 })
	listed, err := admin.ListGroups(ctx)
	check(err)
	same(listed[group].ProtocolType, "consumer", "protocol type")
	described, err := admin.DescribeGroups(ctx, group)
	check(err)
	one := described[group]
	same([]any{one.State, one.Protocol, len(one.Members)}, []any{"Stable", "cooperative-sticky", 1}, "the group")
	same(one.Members[0].ClientID, r.Prefix, "client id")
	assigned := one.AssignedPartitions()
	holds(assigned.Lookup(topic, 0), "its assignment")
}

func deleteGroups(ctx context.Context, r *run) {
	topic, group, admin := r.topic(ctx, "of-group", 1), r.name("deleted"), r.admin()
	member := r.member(ctx, group, kgo.ConsumeTopics(topic))
	eventually(ctx, "it is assigned", func() bool { return member.partitions() == 1 })
	_, err := admin.DeleteGroup(ctx, group)
	refused(err, kerr.NonEmptyGroup, "to delete a group with members")
	member.leave(ctx)
	_, err = admin.DeleteGroup(ctx, group)
	check(err)
	listed, err := admin.ListGroups(ctx)
	check(err)
	_, is := listed[group]
	holds(!is, "the group is still listed")
}

func alterOffsets(ctx context.Context, r *run) {
	topic, group := r.topic(ctx, "rewound", 1), r.name("rewound")
	produceAll(ctx, r.client(), topic, numbered(10))
	offsets := kadm.Offsets{}
	offsets.AddOffset(topic, 0, 7, -1)
	check(r.admin().CommitAllOffsets(ctx, group, offsets))
	member := r.member(ctx, group, kgo.ConsumeTopics(topic))
	eventually(ctx, "records", func() bool { return len(member.read()) >= 3 })
	same(member.read(), []string{"7", "8", "9"}, "values")
}

func describeCluster(ctx context.Context, r *run) {
	metadata, err := r.admin().BrokerMetadata(ctx)
	check(err)
	same(len(metadata.Brokers), 1, "brokers")
	broker := metadata.Brokers[0]
	same(metadata.Controller, broker.NodeID, "controller")
	same(fmt.Sprintf("%s:%d", broker.Host, broker.Port), r.Bootstrap, "address")
	holds(len(metadata.Cluster) >= 16, "cluster id "+metadata.Cluster)
}

func acls(ctx context.Context, r *run) {
	topic, admin := r.name("acls"), r.admin()
	acl := kadm.NewACLs().Allow("User:bob").AllowHosts("*").Topics(topic).ResourcePatternType(kadm.ACLPatternLiteral).Operations(kadm.OpRead)
	created, err := admin.CreateACLs(ctx, acl)
	check(err)
	check(created[0].Err)
	count := func() int {
		described, err := admin.DescribeACLs(ctx, acl)
		check(err)
		check(described[0].Err)
		return len(described[0].Described)
	}
	eventually(ctx, "it is listed", func() bool { return count() == 1 })
	deleted, err := admin.DeleteACLs(ctx, acl)
	check(err)
	same(len(deleted[0].Deleted), 1, "deleted")
	eventually(ctx, "it is gone", func() bool { return count() == 0 })
}
