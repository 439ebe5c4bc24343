// check.js VECTORS PROTO_FOLDER: which objects protobuf.js writes canonically.
//
// Those made by fromObject, and those with no field set that has its default:
// all of `canonical`. Where a field is set to its default, protobuf.js 7 writes
// it (`protobufjs` in the vectors), and a type put together by hand writes its
// lists unpacked. Such bytes are refused; whoever cannot avoid them sends the
// object as `plain`, which the log encodes itself.
'use strict';

const fs = require('fs');
const path = require('path');
const protobuf = require('protobufjs');

const [vectorsPath, protoFolder] = process.argv.slice(2);
const vectors = JSON.parse(fs.readFileSync(vectorsPath, 'ascii'));
const root = new protobuf.Root();
root.resolvePath = (origin, target) => path.join(protoFolder, target);
root.loadSync('modlog/v1/action.proto', {keepCase: true});
const Action = root.lookupType('modlog.v1.Action');

function hexOf(type, message) {
  return Buffer.from(type.encode(message).finish()).toString('hex');
}

let failed = 0;
function expect(name, got, want) {
  if (got === want) return;
  failed += 1;
  console.log(`${name}: got ${got}, want ${want}`);
}

for (const vector of vectors.canonical) {
  expect(vector.name, hexOf(Action, Action.fromObject(vector.action)),
      vector.hex);
}
for (const vector of vectors.protobufjs) {
  expect(vector.name, hexOf(Action, Action.fromObject(vector.object)),
      vector.hex);
  expect(`${vector.name}, left out`,
      hexOf(Action, Action.fromObject(vector.canonical)),
      vectors.canonical[1].hex);
}

// The order in which an object's fields were set does not matter.
expect('fields set in another order',
    hexOf(Action, Action.create({provenance: 1, taxonomy: 202507, puid: 'a',
      kind: 6})),
    vectors.canonical[1].hex);

// A type made by hand has no `packed`.
const byHand = new protobuf.Type('ByHand').add(
    new protobuf.Field('visibility', 5, 'int32', 'repeated'));
new protobuf.Root().add(byHand);
expect('a list of a type made by hand',
    hexOf(byHand, byHand.create({visibility: [1, 2]})), '28012802');

console.log(`node: ${vectors.canonical.length} actions, ${failed} failures`);
process.exit(failed === 0 && vectors.canonical.length > 0 ? 0 : 1);
