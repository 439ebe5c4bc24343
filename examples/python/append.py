#!/usr/bin/env python3
"""append.py SERVER PLATFORM [TOKEN_FILE]: a decision into the log, and proof.

Appends one action and a batch, sends the first again, then takes its receipt
and checks it. README.md says how to make the stubs.
"""
import datetime
import ipaddress
import pathlib
import sys

import grpc
from inclusion import is_included, leaf_bytes, read_proof
from modlog.v1 import action_pb2 as dsa
from modlog.v1 import log_pb2, log_pb2_grpc

TIMEOUT_S = 30


def removal(number):
    """The statement of one removal. Its puid comes from your own record."""
    day = datetime.date(2026, 11, 24) - datetime.date(1970, 1, 1)
    return dsa.Action(
        kind=dsa.KIND_ACTION,
        puid=f"ban-{number}",
        taxonomy=202507,
        visibility=[dsa.VISIBILITY_CONTENT_REMOVED],
        ground=dsa.GROUND_INCOMPATIBLE_CONTENT,
        category=dsa.CATEGORY_SCAMS_AND_FRAUD,
        application_date=day.days,
        source_type=dsa.SOURCE_TYPE_VOLUNTARY,
        regime=dsa.REGIME_VOLUNTARY,
        subject_kind=dsa.SUBJECT_KIND_ITEM,
    ).SerializeToString(deterministic=True)  # keep these bytes: a retry sends them


def require(holds, claim):
    if not holds:
        sys.exit(f"append.py: not so: {claim}")
    print(claim)


def run(log, platform, call):
    action = removal(1001)
    request = log_pb2.AppendRequest(platform=platform, action=action)
    first = log.Append(request, **call)
    leaf = leaf_bytes(first.entry_header, action)
    require(is_included(leaf, first.index, first.inclusion_path,
                        first.checkpoint),
            f"entry {first.index} is in the log")

    batch = [removal(number) for number in range(1002, 1005)]
    answer = log.AppendBatch(log_pb2.AppendBatchRequest(
        platform=platform, actions=batch, with_proofs=True), **call)
    for action, result in zip(batch, answer.results, strict=True):
        require(is_included(leaf_bytes(result.entry_header, action),
                            result.index, result.inclusion_path,
                            answer.checkpoint),
                f"entry {result.index} is in the log")

    again = log.Append(request, **call)
    require(again.duplicate and again.index == first.index,
            f"sent again: still entry {again.index}, no second one")

    receipt = log.GetReceipt(log_pb2.GetReceiptRequest(index=first.index),
                             **call)
    index, path, checkpoint = read_proof(receipt.tlog_proof)
    require(receipt.leaf == leaf and index == first.index,
            "the receipt is of the entry that was sent")
    require(is_included(leaf, index, path, checkpoint),
            f"its path of {len(path)} hashes leads to the root")
    forged = leaf[:-1] + bytes([leaf[-1] ^ 1])
    require(not is_included(forged, index, path, checkpoint),
            "with one bit changed it does not")
    print(checkpoint, end="")

    pathlib.Path("ban-1001.entry").write_bytes(leaf)
    pathlib.Path("ban-1001.tlog-proof").write_text(receipt.tlog_proof)


def target(server):
    """gRPC looks up what names no scheme, addresses in figures too."""
    try:
        host = ipaddress.ip_address(server.rpartition(":")[0].strip("[]"))
    except ValueError:
        return server
    return f"ipv{host.version}:{server}"


def main(server, platform, token_file=None):
    call = {"timeout": TIMEOUT_S}
    if token_file:
        token = pathlib.Path(token_file).read_text().strip()
        call["metadata"] = [("authorization", f"Bearer {token}")]
    with grpc.insecure_channel(target(server)) as channel:
        run(log_pb2_grpc.ModerationLogStub(channel), platform, call)


if __name__ == "__main__":
    if not 3 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except grpc.RpcError as error:
        sys.exit(f"append.py: {error.code().name}: {error.details()}")
