#ifndef MODLOG_LOG_PAYLOAD_PAYLOAD_READER_H_
#define MODLOG_LOG_PAYLOAD_PAYLOAD_READER_H_

// Opens what is kept beside an entry: sealed parts of the store, keys of the
// slots. Thread-safe.

#include "log/payload/key_slots.h"
#include "log/records/kept_payload.h"
#include "log/store/store.h"
#include "log/tree/prover.h"

namespace modlog {

class PayloadReader {
 public:
  // Both must outlive the reader.
  PayloadReader(Store* store, const KeySlots* slots)
      : store_(store), slots_(slots) {}

  // Read returns what is kept beside entry `index` of the prover's tree.
  // kOutOfRange beyond it; kCorrupt where a part does not open.
  Result<KeptPayload> Read(const Prover& prover, uint64_t index) const;

 private:
  // Nothing where the key is gone.
  Result<std::optional<std::string>> Open(const PayloadPart& part,
                                          Bytes commitment) const;

  Store* const store_;
  const KeySlots* const slots_;
};

}  // namespace modlog

#endif  // MODLOG_LOG_PAYLOAD_PAYLOAD_READER_H_
