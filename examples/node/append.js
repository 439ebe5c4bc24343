#!/usr/bin/env node
// append.js PROTO_FOLDER SERVER PLATFORM [TOKEN_FILE]: a decision into the log,
// and proof.
//
// Appends one action and a batch, sends the first again, then takes its receipt
// and checks it. The stubs are generated from PROTO_FOLDER at the start.
'use strict';

const fs = require('fs');
const path = require('path');
const {promisify} = require('util');
const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');
const protobuf = require('protobufjs');
const {isIncluded, leafBytes, readProof} = require('./inclusion.js');

const TIMEOUT_MS = 30_000;

function loadProtos(folder) {
  const root = new protobuf.Root();
  root.resolvePath = (origin, target) => path.join(folder, target);
  return root.loadSync('modlog/v1/log.proto');
}

// The statement of one removal. Its puid comes from your own record. Keep the
// bytes beside that record: a retry sends them. Leave out what has its default
// (protobuf.js would write it, and the log takes canonical bytes only).
function removal(Action, number) {
  return Buffer.from(Action.encode(Action.fromObject({
    kind: 'KIND_ACTION',
    puid: `ban-${number}`,
    taxonomy: 202507,
    visibility: ['VISIBILITY_CONTENT_REMOVED'],
    ground: 'GROUND_INCOMPATIBLE_CONTENT',
    category: 'CATEGORY_SCAMS_AND_FRAUD',
    applicationDate: Date.UTC(2026, 10, 24) / 86_400_000,
    sourceType: 'SOURCE_TYPE_VOLUNTARY',
    regime: 'REGIME_VOLUNTARY',
    subjectKind: 'SUBJECT_KIND_ITEM',
  })).finish());
}

// One function for each call: a request in, a promise of the answer out.
function connect(root, server, tokenFile) {
  const definition = protoLoader.fromJSON(root.toJSON(),
      {longs: String, enums: String, defaults: true});
  const {ModerationLog} = grpc.loadPackageDefinition(definition).modlog.v1;
  const client = new ModerationLog(server, grpc.credentials.createInsecure());
  const metadata = new grpc.Metadata();
  if (tokenFile !== undefined) {
    const token = fs.readFileSync(tokenFile, 'ascii').trim();
    metadata.set('authorization', `Bearer ${token}`);
  }
  const call = (method) => (request) => promisify(client[method]).call(
      client, request, metadata, {deadline: Date.now() + TIMEOUT_MS});
  return {
    append: call('append'),
    appendBatch: call('appendBatch'),
    getReceipt: call('getReceipt'),
    close: () => client.close(),
  };
}

// Prints the claim; throws where it does not hold.
function demand(holds, claim) {
  if (!holds) throw new Error(`not so: ${claim}`);
  console.log(claim);
}

function demandIncluded(answer, action, proof, checkpoint) {
  const leaf = leafBytes(answer.entryHeader, action);
  demand(isIncluded(leaf, BigInt(answer.index), proof, checkpoint),
      `entry ${answer.index} is in the log`);
  return leaf;
}

async function run(log, Action, platform) {
  const action = removal(Action, 1001);
  const first = await log.append({platform, action});
  const leaf =
      demandIncluded(first, action, first.inclusionPath, first.checkpoint);

  const actions = [1002, 1003, 1004].map((number) => removal(Action, number));
  const answer = await log.appendBatch({platform, actions, withProofs: true});
  actions.forEach((item, i) => {
    const result = answer.results[i];
    demandIncluded(result, item, result.inclusionPath, answer.checkpoint);
  });

  const again = await log.append({platform, action});
  demand(again.duplicate && again.index === first.index,
      `sent again: still entry ${again.index}, no second one`);

  const receipt = await log.getReceipt({index: first.index});
  const proof = readProof(receipt.tlogProof);
  demand(receipt.leaf.equals(leaf) && proof.index === BigInt(first.index),
      'the receipt is of the entry that was sent');
  demand(isIncluded(leaf, proof.index, proof.path, proof.checkpoint),
      `its path of ${proof.path.length} hashes leads to the root`);
  const forged = Buffer.from(leaf);
  forged[forged.length - 1] ^= 1;
  demand(!isIncluded(forged, proof.index, proof.path, proof.checkpoint),
      'with one bit changed it does not');
  process.stdout.write(proof.checkpoint);

  fs.writeFileSync('ban-1001.entry', leaf);
  fs.writeFileSync('ban-1001.tlog-proof', receipt.tlogProof);
}

async function main([protoFolder, server, platform, tokenFile, ...more]) {
  if (platform === undefined || more.length > 0) {
    throw new Error('usage: append.js PROTO_FOLDER SERVER PLATFORM [TOKEN_FILE]');
  }
  const root = loadProtos(protoFolder);
  const log = connect(root, server, tokenFile);
  try {
    await run(log, root.lookupType('modlog.v1.Action'), platform);
  } finally {
    log.close();
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`append.js: ${error.message}`);
  process.exitCode = 1;
});
