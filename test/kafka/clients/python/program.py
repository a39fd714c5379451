"""What programs in Python share: the request is read, features are run one after the other, each is answered in a line.

    run({"gzip": gzip})          a function that returns holds; one that raises does not
    raise Nothing("why")         the client has no such thing
"""

import json
import os
import sys
import time
import traceback


class Nothing(Exception):
    """The client has no such thing."""


def run(features):
    request = json.loads(sys.stdin.read())
    for feature in request["features"]:
        print(json.dumps({"feature": feature, **answered(features.get(feature), request)}), flush=True)
    sys.stderr.flush()
    # What a client leaves open is not waited for.
    os._exit(0)


def answered(act, request):
    if act is None:
        return {"answer": "no", "why": "the program knows no such feature"}
    try:
        act(request)
        return {"answer": "yes"}
    except Nothing as nothing:
        return {"answer": "none", "why": str(nothing)}
    except BaseException as error:
        traceback.print_exc()
        return {"answer": "no", "why": f"{type(error).__name__}: {error}"[:300]}


def lacks(what):
    def act(_request):
        raise Nothing(what)

    return act


def same(actual, expected, what):
    if actual != expected:
        raise AssertionError(f"{what}: {str(actual)[:120]} in place of {str(expected)[:120]}")


def holds(condition, what):
    if not condition:
        raise AssertionError(what)


def eventually(what, condition, seconds=15):
    """Asks until it holds."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.02)


def refused(act, what, errors=Exception):
    """The error that it was refused with."""
    try:
        answer = act()
    except errors as error:
        return error
    raise AssertionError(f"{what} was not refused: {answer}")


def same_keys_share_a_partition(records):
    """Of 200 records with the keys `key 0` to `key 19` in turn, and their number as value: (key, partition, value)."""
    places = {}
    for key, partition, value in records:
        place = places.setdefault(key, (partition, []))
        same(partition, place[0], f"partition of {key}")
        place[1].append(int(value))
    same(len(places), 20, "keys")
    for key, (_, values) in places.items():
        same(values, [at * 20 + int(key.decode()[4:]) for at in range(10)], f"values of {key}")
    holds(len({partition for partition, _ in places.values()}) > 1, "all keys are in one partition")
