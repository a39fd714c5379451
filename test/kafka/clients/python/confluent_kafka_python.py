"""confluent-kafka 1.7.0 over librdkafka 2.0.2, as Debian has them (python3-confluent-kafka)."""

import logging
import threading
import time

import confluent_kafka
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic
from program import eventually, holds, lacks, refused, run, same, same_keys_share_a_partition

logging.disable(logging.CRITICAL)
silent = logging.getLogger("silent")


class Clients:
    """What is opened for a feature is closed with it."""

    def __init__(self, request, options=None):
        self.request = request
        self.base = {
            "bootstrap.servers": request["bootstrap"],
            "client.id": request["prefix"],
            "error_cb": lambda _error: None,
            "logger": silent,
            **(options or {}),
        }
        self.closing = []
        self._admin = None

    def name(self, text):
        return self.request["prefix"] + text

    def admin(self):
        # An admin client that nobody holds ends, and what it was asked with it.
        if self._admin is None:
            self._admin = AdminClient({key: value for key, value in self.base.items() if key != "logger"})
        return self._admin

    def producer(self, **options):
        return Producer({**self.base, "linger.ms": 5, **dotted(options)})

    def consumer(self, group, **options):
        times = {"session.timeout.ms": 6000, "heartbeat.interval.ms": 200, "fetch.wait.max.ms": 100}
        conf = {**self.base, "group.id": group, "auto.offset.reset": "earliest", **times, **dotted(options)}
        return Consumer(conf)

    def create(self, topic, partitions=1, configs=None):
        return settled(self.admin().create_topics([NewTopic(topic, partitions, 1, config=configs or {})]))

    def send(self, topic, values, **options):
        send(self.producer(**options), [{"topic": topic, "value": str(value).encode()} for value in values])

    def read(self, topic, count, group=None, **options):
        """Reads until so many came."""
        member = Member(self, group or f"{topic}-readers", topic, **options)
        eventually(f"{count} records of {topic}", lambda: len(member.records) >= count)
        member.leave()
        return member.records


def dotted(options):
    return {key.replace("_", "."): value for key, value in options.items()}


def settled(futures):
    return [future.result(10) for future in futures.values()]


def send(producer, records):
    """Every record is acknowledged, or the first error is raised."""
    errors = []
    for record in records:
        producer.produce(**record, on_delivery=lambda error, _message: error and errors.append(error))
    left = producer.flush(10)
    if errors:
        raise KafkaException(errors[0])
    same(left, 0, "records that are not acknowledged")


def texts(records):
    return [record.value().decode() for record in records]


class Member:
    """Reads all along, in a thread of its own. `rebalances` has how many partitions came, or (negative) went."""

    def __init__(self, clients, group, *topics, **options):
        self.records = []
        self.rebalances = []
        self.partitions = set()
        self.consumer = clients.consumer(group, **options)
        cooperative = options.get("partition_assignment_strategy") == "cooperative-sticky"
        self._stopped = threading.Event()

        def assigned(consumer, partitions):
            self.rebalances.append(len(partitions))
            if cooperative:
                consumer.incremental_assign(partitions)
            else:
                consumer.assign(partitions)

        def revoked(consumer, partitions):
            self.rebalances.append(-len(partitions))
            if cooperative:
                consumer.incremental_unassign(partitions)
            else:
                consumer.unassign()

        self.consumer.subscribe(list(topics), on_assign=assigned, on_revoke=revoked)
        self._thread = threading.Thread(target=self._poll, daemon=True)
        self._thread.start()
        clients.closing.append(self.leave)

    def _poll(self):
        while not self._stopped.is_set():
            self.records += [record for record in self.consumer.consume(200, timeout=0.05) if record.error() is None]
            self.partitions = {(p.topic, p.partition) for p in self.consumer.assignment()}

    def leave(self):
        if not self._stopped.is_set():
            self._stopped.set()
            self._thread.join()
            self.consumer.close()


def feature(act):
    def asked(request, options=None):
        clients = Clients(request, options)
        try:
            act(clients)
        finally:
            for close in reversed(clients.closing):
                close()

    return asked


def codec(name):
    @feature
    def act(clients):
        topic = clients.name(f"codec-{name}")
        clients.create(topic)
        values = [f"record {at} {'x' * 100}" for at in range(100)]
        clients.send(topic, values, compression_type=name)
        same(texts(clients.read(topic, 100)), values, "values")

    return act


# ── records ──────────────────────────────────────────────────────────────────────────────────────────


@feature
def keys(clients):
    topic = clients.name("keys")
    clients.create(topic, 4)
    send(clients.producer(), [{"topic": topic, "key": f"key {at % 20}", "value": str(at)} for at in range(200)])
    same_keys_share_a_partition((r.key(), r.partition(), r.value()) for r in clients.read(topic, 200))


def come_back(name, records):
    @feature
    def act(clients):
        topic = clients.name(name)
        clients.create(topic)
        send(clients.producer(), [{"topic": topic, "key": key, "value": value} for key, value in records])
        same([(r.key(), r.value()) for r in clients.read(topic, len(records))], records, "records")

    return act


def headers_come_back(name, headers):
    @feature
    def act(clients):
        topic = clients.name(name)
        clients.create(topic)
        send(clients.producer(), [{"topic": topic, "value": b"v", "headers": headers}])
        same(clients.read(topic, 1)[0].headers(), headers, "headers")

    return act


@feature
def timestamps(clients):
    topic = clients.name("create-time")
    clients.create(topic)
    asked = [1_700_000_000_000, 1_699_999_990_000, 1_700_000_000_001]
    send(clients.producer(), [{"topic": topic, "value": b"v", "timestamp": timestamp} for timestamp in asked])
    expected = [(confluent_kafka.TIMESTAMP_CREATE_TIME, timestamp) for timestamp in asked]
    same([r.timestamp() for r in clients.read(topic, 3)], expected, "timestamps")


@feature
def timestamps_of_the_broker(clients):
    topic = clients.name("append-time")
    clients.create(topic, 1, {"message.timestamp.type": "LogAppendTime"})
    before = int(time.time() * 1000)
    send(clients.producer(), [{"topic": topic, "value": b"v", "timestamp": 1_700_000_000_000}])
    kind, timestamp = clients.read(topic, 1)[0].timestamp()
    same(kind, confluent_kafka.TIMESTAMP_LOG_APPEND_TIME, "kind of timestamp")
    holds(before <= timestamp <= time.time() * 1000, f"{timestamp} is not when the record was appended")


@feature
def offsets_by_time(clients):
    topic = clients.name("by-time")
    clients.create(topic)
    producer = clients.producer()
    for at in range(10):
        send(producer, [{"topic": topic, "value": b"v", "timestamp": 1_700_000_000_000 + at * 1000}])
    consumer = clients.consumer(clients.name("by-time"))

    def at(timestamp):
        return consumer.offsets_for_times([TopicPartition(topic, 0, timestamp)], timeout=10)[0].offset

    same(at(1_700_000_003_000), 3, "at the fourth record")
    same(at(1_700_000_003_001), 4, "after the fourth record")
    same(at(1_800_000_000_000), confluent_kafka.OFFSET_END, "after the last record")
    consumer.close()


@feature
def acks(clients):
    topic = clients.name("acks")
    clients.create(topic)
    for asked in ("0", "1", "all"):
        clients.send(topic, [f"acks {asked}"], acks=asked)
    same(texts(clients.read(topic, 3)), ["acks 0", "acks 1", "acks all"], "values")


@feature
def large_records(clients):
    large, small = clients.name("large"), clients.name("small")
    clients.create(large, 1, {"max.message.bytes": "10000000"})
    clients.create(small)
    producer = clients.producer(message_max_bytes=10_000_000)
    value = b"abcdefghij" * 500_000
    send(producer, [{"topic": large, "value": value}])
    holds(clients.read(large, 1)[0].value() == value, "another value came back")
    error = refused(lambda: send(producer, [{"topic": small, "value": value}]), "a record that is too large")
    same(code(error), KafkaError.MSG_SIZE_TOO_LARGE, "the code")


def code(error):
    return error.args[0].code()


@feature
def many_partitions(clients):
    topic = clients.name("many")
    clients.create(topic, 200)
    send(clients.producer(), [{"topic": topic, "value": str(at), "partition": at} for at in range(200)])
    records = clients.read(topic, 200)
    same(sorted((r.partition(), r.value()) for r in records), [(at, str(at).encode()) for at in range(200)], "records")


# ── groups ───────────────────────────────────────────────────────────────────────────────────────────


def rebalanced(clients, topic, **options):
    """What the first of two members was given and lost until both had their share."""
    clients.create(topic, 4)
    producer = clients.producer()
    sent = 0

    def more():
        nonlocal sent
        send(producer, [{"topic": topic, "value": str(sent + at), "partition": at % 4} for at in range(40)])
        sent += 40

    first = Member(clients, topic, topic, **options)
    eventually("a lone member has all", lambda: len(first.partitions) == 4)
    more()
    second = Member(clients, topic, topic, **options)
    eventually("two members share", lambda: len(first.partitions) == 2 and len(second.partitions) == 2)
    more()
    eventually("all records of two members", lambda: len(set(texts(first.records + second.records))) == sent)
    seen = list(first.rebalances)
    second.leave()
    eventually("the one that stays has all", lambda: len(first.partitions) == 4)
    more()
    eventually("all records of all", lambda: len(set(texts(first.records + second.records))) == sent)
    return seen


@feature
def rebalances(clients):
    rebalanced(clients, clients.name("shared"))


@feature
def cooperative_rebalances(clients):
    seen = rebalanced(clients, clients.name("cooperative"), partition_assignment_strategy="cooperative-sticky")
    same(-sum(count for count in seen if count < 0), 2, "partitions taken from the first member")


@feature
def static_members(clients):
    topic = clients.name("static")
    group = clients.name("static")
    clients.create(topic, 4)
    a = Member(clients, group, topic, group_instance_id="a")
    b = Member(clients, group, topic, group_instance_id="b")
    eventually("two members share", lambda: len(a.partitions) == 2 and len(b.partitions) == 2)
    before, rebalances_of_b = set(a.partitions), list(b.rebalances)
    a.leave()
    again = Member(clients, group, topic, group_instance_id="a")
    eventually("the member is back", lambda: len(again.partitions) == 2)
    same(again.partitions, before, "its partitions")
    time.sleep(0.5)
    same(b.rebalances, rebalances_of_b, "rebalances of the other member")


@feature
def committed_offsets(clients):
    topic = clients.name("commits")
    group = clients.name("commits")
    clients.create(topic)
    clients.send(topic, range(10))
    member = Member(clients, group, topic, enable_auto_commit=False)
    eventually("ten records", lambda: len(member.records) == 10)
    member.consumer.commit(offsets=[TopicPartition(topic, 0, 6)], asynchronous=False)
    same(member.consumer.committed([TopicPartition(topic, 0)], timeout=10)[0].offset, 6, "committed")
    member.leave()
    same(texts(clients.read(topic, 4, group=group)), ["6", "7", "8", "9"], "the rest")


@feature
def offset_reset(clients):
    topic = clients.name("reset")
    clients.create(topic)
    clients.send(topic, range(5))
    earliest = Member(clients, clients.name("reset-earliest"), topic)
    eventually("all records", lambda: len(earliest.records) == 5)
    latest = Member(clients, clients.name("reset-latest"), topic, auto_offset_reset="latest")
    eventually("the partition", lambda: len(latest.partitions) == 1)
    time.sleep(0.5)
    clients.send(topic, [5])
    eventually("the new record", lambda: latest.records)
    same(texts(latest.records), ["5"], "what came after the start")
    earliest.consumer.seek(TopicPartition(topic, 0, 3))
    eventually("three again", lambda: texts(earliest.records).count("3") == 2)


@feature
def topics_by_pattern(clients):
    one, later = clients.name("pattern-a"), clients.name("pattern-b")
    clients.create(one)
    often = {"topic_metadata_refresh_interval_ms": 300, "metadata_max_age_ms": 300}
    reader = Member(clients, clients.name("pattern"), f"^{clients.name('pattern')}-.*", **often)
    clients.send(one, ["of the first"])
    eventually("a record of the first topic", lambda: len(reader.records) == 1)
    clients.create(later)
    clients.send(later, ["of the later one"])
    eventually("a record of the later topic", lambda: len(reader.records) == 2)


# ── transactions ─────────────────────────────────────────────────────────────────────────────────────


def transactional(clients, name):
    producer = clients.producer(transactional_id=clients.name(name))
    producer.init_transactions(10)
    return producer


@feature
def idempotent_producer(clients):
    topic = clients.name("idempotent")
    clients.create(topic)
    producer = clients.producer(enable_idempotence=True)
    for batch in range(20):
        send(producer, [{"topic": topic, "value": str(batch * 50 + at)} for at in range(50)])
    same(texts(clients.read(topic, 1000)), [str(at) for at in range(1000)], "values")


@feature
def transactions(clients):
    topic = clients.name("committed")
    clients.create(topic, 2)
    producer = transactional(clients, "committed")
    producer.begin_transaction()
    send(producer, [{"topic": topic, "value": str(at), "partition": at % 2} for at in range(10)])
    reader = Member(clients, clients.name("committed"), topic)
    eventually("the partitions", lambda: len(reader.partitions) == 2)
    time.sleep(0.5)
    same(len(reader.records), 0, "records before the commit")
    producer.commit_transaction(10)
    eventually("records after the commit", lambda: len(reader.records) == 10)


@feature
def aborted_transactions(clients):
    topic = clients.name("aborted")
    clients.create(topic)
    producer = transactional(clients, "aborted")
    for value, end in (("one", producer.commit_transaction), ("two", producer.abort_transaction), ("three", producer.commit_transaction)):
        producer.begin_transaction()
        send(producer, [{"topic": topic, "value": value}])
        end(10)
    uncommitted = clients.read(topic, 3, group=clients.name("uncommitted"), isolation_level="read_uncommitted")
    same(texts(uncommitted), ["one", "two", "three"], "all records")
    same(texts(clients.read(topic, 2)), ["one", "three"], "committed records")


@feature
def offsets_in_transactions(clients):
    topic = clients.name("offsets")
    group = clients.name("offsets")
    clients.create(topic)
    producer = transactional(clients, "offsets")
    member = Member(clients, group, topic, enable_auto_commit=False)
    eventually("the partition", lambda: len(member.partitions) == 1)

    def committed():
        return member.consumer.committed([TopicPartition(topic, 0)], timeout=10)[0].offset

    for offset, end in ((5, producer.commit_transaction), (8, producer.abort_transaction)):
        producer.begin_transaction()
        send(producer, [{"topic": topic, "value": str(offset)}])
        producer.send_offsets_to_transaction([TopicPartition(topic, 0, offset)], member.consumer.consumer_group_metadata(), 10)
        end(10)
        eventually("the offset of the commit", lambda: committed() == 5)


@feature
def fencing(clients):
    topic = clients.name("fencing")
    clients.create(topic)
    first = transactional(clients, "fencing")
    first.begin_transaction()
    send(first, [{"topic": topic, "value": "of the first"}])
    second = transactional(clients, "fencing")
    second.begin_transaction()

    def too_late():
        send(first, [{"topic": topic, "value": "too late"}])
        first.commit_transaction(10)

    refused(too_late, "the first producer", KafkaException)
    send(second, [{"topic": topic, "value": "of the second"}])
    second.commit_transaction(10)
    same(texts(clients.read(topic, 1)), ["of the second"], "committed records")


# ── admin ────────────────────────────────────────────────────────────────────────────────────────────


@feature
def create_topics(clients):
    topic = clients.name("created")
    clients.create(topic, 3, {"retention.ms": "123456"})
    same(len(clients.admin().list_topics(topic, 10).topics[topic].partitions), 3, "partitions")
    same(code(refused(lambda: clients.create(topic), "a topic that exists")), KafkaError.TOPIC_ALREADY_EXISTS, "the code")
    same(code(refused(lambda: clients.create("no/name"), "a name with a slash")), KafkaError.TOPIC_EXCEPTION, "the code")


@feature
def list_and_describe_topics(clients):
    topic = clients.name("listed")
    clients.create(topic, 2)
    cluster = clients.admin().list_topics(timeout=10)
    holds(topic in cluster.topics, "the topic is not listed")
    (broker,) = cluster.brokers
    partitions = cluster.topics[topic].partitions.values()
    same([(p.leader, p.replicas, p.isrs) for p in partitions], [(broker, [broker], [broker])] * 2, "partitions")


@feature
def delete_topics(clients):
    topic = clients.name("deleted")
    clients.create(topic)
    settled(clients.admin().delete_topics([topic]))
    holds(topic not in clients.admin().list_topics(timeout=10).topics, "the topic is still listed")
    error = refused(lambda: settled(clients.admin().delete_topics([topic])), "to delete it again")
    same(code(error), KafkaError.UNKNOWN_TOPIC_OR_PART, "the code")


@feature
def add_partitions(clients):
    topic = clients.name("grown")
    clients.create(topic)
    settled(clients.admin().create_partitions([NewPartitions(topic, 3)]))
    same(len(clients.admin().list_topics(topic, 10).topics[topic].partitions), 3, "partitions")
    error = refused(lambda: settled(clients.admin().create_partitions([NewPartitions(topic, 2)])), "fewer partitions")
    same(code(error), KafkaError.INVALID_PARTITIONS, "the code")


def described(clients, kind, name):
    (entries,) = settled(clients.admin().describe_configs([ConfigResource(kind, name)]))
    return {name: entry.value for name, entry in entries.items()}


@feature
def describe_configs(clients):
    topic = clients.name("described")
    clients.create(topic, 1, {"retention.ms": "123456"})
    of_topic = described(clients, ConfigResource.Type.TOPIC, topic)
    same(of_topic.get("retention.ms"), "123456", "retention.ms")
    same(of_topic.get("cleanup.policy"), "delete", "cleanup.policy")
    holds(len(of_topic) > 20, f"{len(of_topic)} properties of a topic")
    (broker,) = clients.admin().list_topics(timeout=10).brokers
    of_broker = described(clients, ConfigResource.Type.BROKER, str(broker))
    holds("log.retention.hours" in of_broker and "num.partitions" in of_broker, "properties of the broker are missing")


@feature
def alter_configs(clients):
    topic = clients.name("altered")
    clients.create(topic)

    def alter(value):
        settled(clients.admin().alter_configs([ConfigResource(ConfigResource.Type.TOPIC, topic, {"retention.ms": value})]))

    alter("654321")
    same(described(clients, ConfigResource.Type.TOPIC, topic)["retention.ms"], "654321", "retention.ms")
    same(code(refused(lambda: alter("a while"), "a value that is no number")), KafkaError.INVALID_CONFIG, "the code")


@feature
def list_offsets(clients):
    topic = clients.name("offsets")
    clients.create(topic)
    clients.send(topic, range(7))
    consumer = clients.consumer(clients.name("offsets"))
    same(consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=10), (0, 7), "earliest and latest")
    consumer.close()


@feature
def list_and_describe_groups(clients):
    topic, group = clients.name("group"), clients.name("listed")
    clients.create(topic)
    member = Member(clients, group, topic)
    eventually("the partition", lambda: len(member.partitions) == 1)
    (listed,) = clients.admin().list_groups(group, 10)
    same((listed.id, listed.state, listed.protocol, len(listed.members)), (group, "Stable", "range", 1), "the group")
    same(listed.members[0].client_id, clients.request["prefix"], "client id")


@feature
def alter_offsets(clients):
    topic, group = clients.name("rewound"), clients.name("rewound")
    clients.create(topic)
    clients.send(topic, range(10))
    # Without members, a consumer commits for its group.
    consumer = clients.consumer(group)
    consumer.commit(offsets=[TopicPartition(topic, 0, 7)], asynchronous=False)
    consumer.close()
    same(texts(clients.read(topic, 3, group=group)), ["7", "8", "9"], "values")


@feature
def describe_cluster(clients):
    cluster = clients.admin().list_topics(timeout=10)
    same([f"{b.host}:{b.port}" for b in cluster.brokers.values()], [clients.request["bootstrap"]], "brokers")
    same(cluster.controller_id, list(cluster.brokers)[0], "the controller")
    holds(len(cluster.cluster_id) >= 16, f"cluster id {cluster.cluster_id}")


# ── security ─────────────────────────────────────────────────────────────────────────────────────────


@feature
def round_trip(clients):
    topic = clients.name(f"secure-{time.monotonic_ns()}")
    clients.create(topic)
    clients.send(topic, ["v"])
    same(texts(clients.read(topic, 1)), ["v"], "values")


@feature
def is_let_in(clients):
    """librdkafka goes on trying; who is not let in within a second and a half is not let in."""
    clients.admin().list_topics(timeout=1.5)


def come_in(request, listener, protocol, options, act=round_trip):
    address = request["security"]["listeners"][listener]
    act(request, {"bootstrap.servers": address, "security.protocol": protocol, **options})


def user(mechanism, security):
    return {"sasl.mechanisms": mechanism, "sasl.username": security["username"], "sasl.password": security["password"]}


def with_password(mechanism):
    return lambda request: come_in(request, "SASL_PLAINTEXT", "sasl_plaintext", user(mechanism, request["security"]))


def oauth_bearer(request):
    principal = {"sasl.oauthbearer.config": f"principal={request['security']['username']}"}
    options = {"sasl.mechanisms": "OAUTHBEARER", "enable.sasl.oauthbearer.unsecure.jwt": True, **principal}
    come_in(request, "SASL_PLAINTEXT", "sasl_plaintext", options)


def wrong_passwords(request):
    for mechanism in ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"):
        options = user(mechanism, {**request["security"], "password": "a guess"})
        refused(
            lambda o=options: come_in(request, "SASL_PLAINTEXT", "sasl_plaintext", o, is_let_in),
            f"a wrong password by {mechanism}",
            KafkaException,
        )


def tls(request):
    come_in(request, "SSL", "ssl", {"ssl.ca.location": request["security"]["ca"]})
    refused(lambda: come_in(request, "SSL", "ssl", {}, is_let_in), "a broker of an unknown authority", KafkaException)


def tls_client_certificates(request):
    security = request["security"]
    trust = {"ssl.ca.location": security["ca"]}
    identity = {"ssl.certificate.location": security["certificate"], "ssl.key.location": security["key"]}
    come_in(request, "CERTIFICATE", "ssl", {**trust, **identity})
    refused(lambda: come_in(request, "CERTIFICATE", "ssl", trust, is_let_in), "a client without a certificate", KafkaException)


def sasl_over_tls(request):
    security = request["security"]
    come_in(request, "SASL_SSL", "sasl_ssl", {"ssl.ca.location": security["ca"], **user("SCRAM-SHA-512", security)})


run(
    {
        "uncompressed": codec("none"),
        "gzip": codec("gzip"),
        "snappy": codec("snappy"),
        "lz4": codec("lz4"),
        "zstd": codec("zstd"),
        "keys": keys,
        "null keys and values": come_back("null", [(None, None), (b"k", None), (None, b"v")]),
        "empty keys and values": come_back("empty", [(b"", b""), (b"k", b""), (b"", b"v")]),
        "headers": headers_come_back("headers", [("trace", b"abc"), ("twice", b"one"), ("twice", b"two"), ("last", b"")]),
        "headers of bytes": headers_come_back("binary-headers", [("bytes", bytes([0, 255, 128]))]),
        "timestamps": timestamps,
        "timestamps of the broker": timestamps_of_the_broker,
        "offsets by time": offsets_by_time,
        "acks 0, 1, all": acks,
        "large records": large_records,
        "many partitions": many_partitions,
        "rebalances": rebalances,
        "static members": static_members,
        "cooperative rebalances": cooperative_rebalances,
        "KIP-848 groups": lacks("librdkafka has it from 2.4 on"),
        "committed offsets": committed_offsets,
        "offset reset": offset_reset,
        "topics by pattern": topics_by_pattern,
        "idempotent producer": idempotent_producer,
        "transactions": transactions,
        "aborted transactions": aborted_transactions,
        "offsets in transactions": offsets_in_transactions,
        "fencing": fencing,
        "create topics": create_topics,
        "list and describe topics": list_and_describe_topics,
        "delete topics": delete_topics,
        "add partitions": add_partitions,
        "describe configs": describe_configs,
        "alter configs": alter_configs,
        "delete records": lacks("confluent-kafka has it from 2.6 on"),
        "list offsets": list_offsets,
        "list and describe groups": list_and_describe_groups,
        "delete groups": lacks("confluent-kafka has it from 2.0 on"),
        "alter offsets of groups": alter_offsets,
        "describe cluster": describe_cluster,
        "ACLs": lacks("confluent-kafka has it from 1.9 on"),
        "PLAIN": with_password("PLAIN"),
        "SCRAM-SHA-256": with_password("SCRAM-SHA-256"),
        "SCRAM-SHA-512": with_password("SCRAM-SHA-512"),
        "OAUTHBEARER": oauth_bearer,
        "wrong passwords": wrong_passwords,
        "TLS": tls,
        "TLS client certificates": tls_client_certificates,
        "SASL over TLS": sasl_over_tls,
    }
)
