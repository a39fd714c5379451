"""kafka-python 2.0.2, as Debian has it (python3-kafka)."""

import contextlib
import logging
import ssl
import threading
import time

import kafka
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.admin import ACL, ACLFilter, ACLOperation, ACLPermissionType, ConfigResource, ConfigResourceType
from kafka.admin import NewPartitions, NewTopic, ResourcePattern, ResourceType
from kafka.errors import KafkaError
from program import eventually, holds, lacks, refused, run, same, same_keys_share_a_partition

logging.disable(logging.CRITICAL)


class Clients:
    """What is opened for a feature is closed with it."""

    def __init__(self, request, options=None):
        self.request = request
        self.base = {"bootstrap_servers": request["bootstrap"], "client_id": request["prefix"], **(options or {})}
        self.stack = contextlib.ExitStack()
        self._admin = None

    def name(self, text):
        return self.request["prefix"] + text

    def admin(self):
        if self._admin is None:
            self._admin = KafkaAdminClient(**self.base)
            self.stack.callback(self._admin.close)
        return self._admin

    def producer(self, **options):
        producer = KafkaProducer(**self.base, **{"linger_ms": 5, **options})
        self.stack.callback(producer.close, timeout=5)
        return producer

    def consumer(self, *topics, **options):
        common = {"auto_offset_reset": "earliest", "session_timeout_ms": 6000, "heartbeat_interval_ms": 200}
        consumer = KafkaConsumer(*topics, **{**self.base, **common, "fetch_max_wait_ms": 100, **options})
        self.stack.callback(consumer.close)
        return consumer

    def create(self, topic, partitions=1, configs=None):
        self.admin().create_topics([NewTopic(topic, partitions, 1, topic_configs=configs or {})])

    def send(self, topic, values, **options):
        producer = self.producer(**options)
        sent = [producer.send(topic, value=str(value).encode()) for value in values]
        producer.flush(10)
        for future in sent:
            future.get(10)

    def read(self, topic, count, **options):
        """Reads until so many came."""
        consumer = self.consumer(topic, **options)
        return poll(consumer, count)


def poll(consumer, count, seconds=15):
    records = []
    end = time.monotonic() + seconds
    while len(records) < count:
        for batch in consumer.poll(timeout_ms=100).values():
            records += batch
        if time.monotonic() > end:
            raise AssertionError(f"{len(records)} records in place of {count} within {seconds} s")
    return records


def feature(act):
    def asked(request, options=None):
        clients = Clients(request, options)
        with clients.stack:
            act(clients)

    return asked


def texts(records):
    return [record.value.decode() for record in records]


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
    producer = clients.producer()
    for at in range(200):
        producer.send(topic, key=f"key {at % 20}".encode(), value=str(at).encode())
    producer.flush(10)
    same_keys_share_a_partition((r.key, r.partition, r.value) for r in clients.read(topic, 200))


def come_back(name, records):
    @feature
    def act(clients):
        topic = clients.name(name)
        clients.create(topic)
        producer = clients.producer()
        for key, value in records:
            producer.send(topic, key=key, value=value)
        producer.flush(10)
        same([(r.key, r.value) for r in clients.read(topic, len(records))], records, "records")

    return act


def headers_come_back(name, headers):
    @feature
    def act(clients):
        topic = clients.name(name)
        clients.create(topic)
        clients.producer().send(topic, value=b"v", headers=headers).get(10)
        same(clients.read(topic, 1)[0].headers, headers, "headers")

    return act


@feature
def timestamps(clients):
    topic = clients.name("create-time")
    clients.create(topic)
    producer = clients.producer()
    asked = [1_700_000_000_000, 1_699_999_990_000, 1_700_000_000_001]
    for timestamp in asked:
        producer.send(topic, value=b"v", timestamp_ms=timestamp)
    producer.flush(10)
    same([r.timestamp for r in clients.read(topic, 3)], asked, "timestamps")


@feature
def timestamps_of_the_broker(clients):
    topic = clients.name("append-time")
    clients.create(topic, 1, {"message.timestamp.type": "LogAppendTime"})
    before = int(time.time() * 1000)
    clients.producer().send(topic, value=b"v", timestamp_ms=1_700_000_000_000).get(10)
    timestamp = clients.read(topic, 1)[0].timestamp
    holds(before <= timestamp <= time.time() * 1000, f"{timestamp} is not when the record was appended")


@feature
def offsets_by_time(clients):
    topic = clients.name("by-time")
    clients.create(topic)
    producer = clients.producer()
    for at in range(10):
        producer.send(topic, value=b"v", timestamp_ms=1_700_000_000_000 + at * 1000).get(10)
    partition = TopicPartition(topic, 0)
    consumer = clients.consumer()

    def at(timestamp):
        found = consumer.offsets_for_times({partition: timestamp})[partition]
        return None if found is None else found.offset

    same(at(1_700_000_003_000), 3, "at the fourth record")
    same(at(1_700_000_003_001), 4, "after the fourth record")
    same(at(1_800_000_000_000), None, "after the last record")


@feature
def acks(clients):
    topic = clients.name("acks")
    clients.create(topic)
    for asked in (0, 1, "all"):
        clients.send(topic, [f"acks {asked}"], acks=asked)
    same(texts(clients.read(topic, 3)), ["acks 0", "acks 1", "acks all"], "values")


@feature
def large_records(clients):
    large, small = clients.name("large"), clients.name("small")
    clients.create(large, 1, {"max.message.bytes": "10000000"})
    clients.create(small)
    producer = clients.producer(max_request_size=10_000_000)
    value = b"abcdefghij" * 500_000
    producer.send(large, value=value).get(10)
    holds(clients.read(large, 1)[0].value == value, "another value came back")
    error = refused(lambda: producer.send(small, value=value).get(10), "a record that is too large")
    holds(isinstance(error, kafka.errors.MessageSizeTooLargeError), repr(error))


@feature
def many_partitions(clients):
    topic = clients.name("many")
    clients.create(topic, 200)
    producer = clients.producer()
    for partition in range(200):
        producer.send(topic, value=str(partition).encode(), partition=partition)
    producer.flush(10)
    records = clients.read(topic, 200)
    same(sorted((r.partition, r.value) for r in records), [(at, str(at).encode()) for at in range(200)], "records")


# ── groups ───────────────────────────────────────────────────────────────────────────────────────────


class Member:
    """Reads all along, in a thread of its own."""

    def __init__(self, clients, group, *topics, pattern=None, **options):
        self.records = []
        self.partitions = set()
        self.consumer = clients.consumer(*topics, group_id=group, **options)
        if pattern is not None:
            self.consumer.subscribe(pattern=pattern)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._poll, daemon=True)
        self._thread.start()
        clients.stack.callback(self.leave)

    def _poll(self):
        while not self._stopped.is_set():
            for batch in self.consumer.poll(timeout_ms=50).values():
                self.records += batch
            self.partitions = self.consumer.assignment()

    def stop(self):
        """From here on the consumer is the caller's."""
        self._stopped.set()
        self._thread.join()

    def leave(self):
        if not self._stopped.is_set():
            self.stop()
            self.consumer.close()


@feature
def rebalances(clients):
    topic = clients.name("shared")
    clients.create(topic, 4)
    producer = clients.producer()
    sent = 0

    def send():
        nonlocal sent
        for at in range(40):
            producer.send(topic, value=str(sent + at).encode(), partition=at % 4)
        producer.flush(10)
        sent += 40

    first = Member(clients, topic, topic)
    eventually("a lone member has all", lambda: len(first.partitions) == 4)
    send()
    second = Member(clients, topic, topic)
    eventually("two members share", lambda: len(first.partitions) == 2 and len(second.partitions) == 2)
    send()
    eventually("all records of two members", lambda: len(set(texts(first.records + second.records))) == sent)
    second.leave()
    eventually("the one that stays has all", lambda: len(first.partitions) == 4)
    send()
    eventually("all records of all", lambda: len(set(texts(first.records + second.records))) == sent)


@feature
def committed_offsets(clients):
    topic = clients.name("commits")
    group = clients.name("commits")
    clients.create(topic)
    clients.send(topic, range(10))
    consumer = clients.consumer(topic, group_id=group, enable_auto_commit=False)
    same(len(poll(consumer, 10)), 10, "records")
    partition = TopicPartition(topic, 0)
    consumer.commit({partition: OffsetAndMetadata(6, "as far as six")})
    same(consumer.committed(partition, metadata=True), OffsetAndMetadata(6, "as far as six"), "committed")
    consumer.close(autocommit=False)
    same(texts(clients.read(topic, 4, group_id=group)), ["6", "7", "8", "9"], "the rest")


@feature
def offset_reset(clients):
    topic = clients.name("reset")
    clients.create(topic)
    clients.send(topic, range(5))
    earliest = clients.consumer(topic, group_id=clients.name("reset-earliest"))
    same(texts(poll(earliest, 5)), ["0", "1", "2", "3", "4"], "all records")
    latest = Member(clients, clients.name("reset-latest"), topic, auto_offset_reset="latest")
    eventually("the partition", lambda: len(latest.partitions) == 1)
    time.sleep(0.7)
    clients.send(topic, [5])
    eventually("the new record", lambda: latest.records)
    same(texts(latest.records), ["5"], "what came after the start")
    earliest.seek(TopicPartition(topic, 0), 3)
    same(texts(poll(earliest, 3)), ["3", "4", "5"], "from three on")


@feature
def topics_by_pattern(clients):
    one, later = clients.name("pattern-a"), clients.name("pattern-b")
    clients.create(one)
    group = clients.name("pattern")
    reader = Member(clients, group, pattern=f"^{clients.name('pattern')}-.*", metadata_max_age_ms=300)
    clients.send(one, ["of the first"])
    eventually("a record of the first topic", lambda: len(reader.records) == 1)
    clients.create(later)
    clients.send(later, ["of the later one"])
    eventually("a record of the later topic", lambda: len(reader.records) == 2)


# ── admin ────────────────────────────────────────────────────────────────────────────────────────────


@feature
def create_topics(clients):
    topic = clients.name("created")
    clients.create(topic, 3, {"retention.ms": "123456"})
    same(len(clients.admin().describe_topics([topic])[0]["partitions"]), 3, "partitions")
    refused(lambda: clients.create(topic), "a topic that exists", kafka.errors.TopicAlreadyExistsError)
    refused(lambda: clients.create("no/name"), "a name with a slash", kafka.errors.InvalidTopicError)


@feature
def list_and_describe_topics(clients):
    topic = clients.name("listed")
    clients.create(topic, 2)
    holds(topic in clients.admin().list_topics(), "the topic is not listed")
    (described,) = clients.admin().describe_topics([topic])
    same([(len(p["replicas"]), len(p["isr"])) for p in described["partitions"]], [(1, 1), (1, 1)], "partitions")


@feature
def delete_topics(clients):
    topic = clients.name("deleted")
    clients.create(topic)
    clients.admin().delete_topics([topic])
    holds(topic not in clients.admin().list_topics(), "the topic is still listed")
    refused(lambda: clients.admin().delete_topics([topic]), "to delete it again", kafka.errors.UnknownTopicOrPartitionError)


@feature
def add_partitions(clients):
    topic = clients.name("grown")
    clients.create(topic)
    clients.admin().create_partitions({topic: NewPartitions(3)})
    same(len(clients.admin().describe_topics([topic])[0]["partitions"]), 3, "partitions")
    refused(lambda: clients.admin().create_partitions({topic: NewPartitions(2)}), "fewer partitions", KafkaError)


def described(clients, kind, name):
    (answer,) = clients.admin().describe_configs([ConfigResource(kind, name)])
    return {entry[0]: entry[1] for entry in answer.resources[0][4]}


@feature
def describe_configs(clients):
    topic = clients.name("described")
    clients.create(topic, 1, {"retention.ms": "123456"})
    of_topic = described(clients, ConfigResourceType.TOPIC, topic)
    same(of_topic.get("retention.ms"), "123456", "retention.ms")
    same(of_topic.get("cleanup.policy"), "delete", "cleanup.policy")
    holds(len(of_topic) > 20, f"{len(of_topic)} properties of a topic")
    broker = clients.admin().describe_cluster()["brokers"][0]["node_id"]
    of_broker = described(clients, ConfigResourceType.BROKER, str(broker))
    holds("log.retention.hours" in of_broker and "num.partitions" in of_broker, "properties of the broker are missing")


@feature
def alter_configs(clients):
    topic = clients.name("altered")
    clients.create(topic)

    def alter(value):
        answer = clients.admin().alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {"retention.ms": value})])
        return answer.resources[0][0]

    same(alter("654321"), 0, "the error code")
    same(described(clients, ConfigResourceType.TOPIC, topic)["retention.ms"], "654321", "retention.ms")
    holds(alter("a while") != 0, "a value that is no number was not refused")


@feature
def list_offsets(clients):
    topic = clients.name("offsets")
    clients.create(topic)
    clients.send(topic, range(7))
    partition = TopicPartition(topic, 0)
    consumer = clients.consumer()
    same((consumer.beginning_offsets([partition]), consumer.end_offsets([partition])), ({partition: 0}, {partition: 7}), "offsets")


@feature
def list_and_describe_groups(clients):
    topic, group = clients.name("group"), clients.name("listed")
    clients.create(topic)
    member = Member(clients, group, topic)
    eventually("the partition", lambda: len(member.partitions) == 1)
    holds((group, "consumer") in clients.admin().list_consumer_groups(), "the group is not listed")
    (described,) = clients.admin().describe_consumer_groups([group])
    same((described.state, described.protocol, len(described.members)), ("Stable", "range", 1), "the group")
    (one,) = described.members
    same((one.client_id, one.member_assignment.assignment), (clients.request["prefix"], [(topic, [0])]), "the member")


@feature
def delete_groups(clients):
    topic, group = clients.name("group-to-delete"), clients.name("deleted")
    clients.create(topic)
    member = Member(clients, group, topic)
    eventually("the partition", lambda: len(member.partitions) == 1)
    ((_, error),) = clients.admin().delete_consumer_groups([group])
    same(error, kafka.errors.NonEmptyGroupError, "the error")
    member.leave()
    ((_, error),) = clients.admin().delete_consumer_groups([group])
    same(error, kafka.errors.NoError, "the error")
    holds((group, "consumer") not in clients.admin().list_consumer_groups(), "the group is still listed")


@feature
def alter_offsets(clients):
    topic, group = clients.name("rewound"), clients.name("rewound")
    clients.create(topic)
    clients.send(topic, range(10))
    partition = TopicPartition(topic, 0)
    # A consumer without partitions of a subscription commits for its group.
    consumer = clients.consumer(group_id=group, enable_auto_commit=False)
    consumer.assign([partition])
    consumer.commit({partition: OffsetAndMetadata(7, "")})
    same(clients.admin().list_consumer_group_offsets(group)[partition].offset, 7, "the offset")
    consumer.close(autocommit=False)
    same(texts(clients.read(topic, 3, group_id=group)), ["7", "8", "9"], "values")


@feature
def describe_cluster(clients):
    cluster = clients.admin().describe_cluster()
    same([f"{b['host']}:{b['port']}" for b in cluster["brokers"]], [clients.request["bootstrap"]], "brokers")
    same(cluster["controller_id"], cluster["brokers"][0]["node_id"], "the controller")
    holds(len(cluster["cluster_id"]) >= 16, f"cluster id {cluster['cluster_id']}")


@feature
def acls(clients):
    resource = ResourcePattern(ResourceType.TOPIC, clients.name("acls"))
    entry = {"principal": "User:bob", "host": "*", "operation": ACLOperation.READ, "permission_type": ACLPermissionType.ALLOW}
    made = clients.admin().create_acls([ACL(resource_pattern=resource, **entry)])
    same((len(made["succeeded"]), made["failed"]), (1, []), "made")
    wanted = ACLFilter(resource_pattern=resource, **entry)
    found, error = clients.admin().describe_acls(wanted)
    same(([acl.principal for acl in found], error), (["User:bob"], kafka.errors.NoError), "described")
    ((_, deleted, error),) = clients.admin().delete_acls([wanted])
    same((len(deleted), error), (1, kafka.errors.NoError), "deleted")
    same(clients.admin().describe_acls(wanted)[0], [], "left")


# ── security ─────────────────────────────────────────────────────────────────────────────────────────


@feature
def round_trip(clients):
    topic = clients.name(f"secure-{time.monotonic_ns()}")
    clients.create(topic)
    clients.send(topic, ["v"])
    same(texts(clients.read(topic, 1)), ["v"], "values")


def come_in(request, listener, protocol, **options):
    address = request["security"]["listeners"][listener]
    round_trip(request, {"bootstrap_servers": address, "security_protocol": protocol, **options})


def with_password(mechanism):
    def act(request, **others):
        security = {**request["security"], **others}
        user = {"sasl_plain_username": security["username"], "sasl_plain_password": security["password"]}
        come_in(request, "SASL_PLAINTEXT", "SASL_PLAINTEXT", sasl_mechanism=mechanism, **user)

    return act


class Token:
    """Unsigned, and of its own making."""

    def __init__(self, user):
        self.user = user

    def token(self):
        import base64
        import json

        now = int(time.time())
        parts = [{"alg": "none"}, {"sub": self.user, "iat": now, "exp": now + 600}]
        return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."

    def extensions(self):
        return {}


def oauth_bearer(request):
    import kafka.oauth.abstract

    class Provider(Token, kafka.oauth.abstract.AbstractTokenProvider):
        pass

    provider = Provider(request["security"]["username"])
    come_in(request, "SASL_PLAINTEXT", "SASL_PLAINTEXT", sasl_mechanism="OAUTHBEARER", sasl_oauth_token_provider=provider)


def wrong_passwords(request):
    for mechanism in ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"):
        refused(lambda m=mechanism: with_password(m)(request, password="a guess"), f"a wrong password by {mechanism}", KafkaError)


def tls(request):
    come_in(request, "SSL", "SSL", ssl_cafile=request["security"]["ca"])
    refused(lambda: come_in(request, "SSL", "SSL"), "a broker of an unknown authority", ssl.SSLError)


def tls_client_certificates(request):
    security = request["security"]
    trust = {"ssl_cafile": security["ca"]}
    come_in(request, "CERTIFICATE", "SSL", **trust, ssl_certfile=security["certificate"], ssl_keyfile=security["key"])
    refused(lambda: come_in(request, "CERTIFICATE", "SSL", **trust), "a client without a certificate", ssl.SSLError)


def sasl_over_tls(request):
    security = request["security"]
    user = {"sasl_plain_username": security["username"], "sasl_plain_password": security["password"]}
    come_in(request, "SASL_SSL", "SASL_SSL", ssl_cafile=security["ca"], sasl_mechanism="SCRAM-SHA-512", **user)


no_transactions = lacks("kafka-python 2.0 has neither idempotent nor transactional producers")

run(
    {
        "uncompressed": codec(None),
        "gzip": codec("gzip"),
        "snappy": codec("snappy"),
        "lz4": codec("lz4"),
        "zstd": codec("zstd"),
        "keys": keys,
        "null keys and values": come_back("null", [(b"k", None), (None, b"v")]),
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
        "static members": lacks("kafka-python 2.0 knows no `group.instance.id`"),
        "cooperative rebalances": lacks("kafka-python rebalances eagerly"),
        "KIP-848 groups": lacks("kafka-python 2.0 speaks the classic protocol of groups"),
        "committed offsets": committed_offsets,
        "offset reset": offset_reset,
        "topics by pattern": topics_by_pattern,
        "idempotent producer": no_transactions,
        "transactions": no_transactions,
        "aborted transactions": no_transactions,
        "offsets in transactions": no_transactions,
        "fencing": no_transactions,
        "create topics": create_topics,
        "list and describe topics": list_and_describe_topics,
        "delete topics": delete_topics,
        "add partitions": add_partitions,
        "describe configs": describe_configs,
        "alter configs": alter_configs,
        "delete records": lacks("kafka-python 2.0 has no DeleteRecords"),
        "list offsets": list_offsets,
        "list and describe groups": list_and_describe_groups,
        "delete groups": delete_groups,
        "alter offsets of groups": alter_offsets,
        "describe cluster": describe_cluster,
        "ACLs": acls,
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
