// A bit that flips in memory between admission and the store: the fault that
// retired real logs. It must be found before the signature, because nothing can
// mend a signed root. Linked with the log built for failpoints.

#include <cstdlib>

#include "tests/log/log_fixture.h"

namespace modlog::ram_flip_test {
namespace {

class RamFlipTest : public LogFixture {};

TEST_F(RamFlipTest, AFlippedLeafIsNeverSigned) {
  // A root would be signed that its own entries do not lead to (I3, I5).
  ASSERT_EQ(::setenv("MODLOG_FAILPOINT", "flip_leaf:arm@2", 1), 0);
  const auto contents = NewMemoryContents();
  Open(NewMemoryStore(contents));
  AppendOne(Takedown("a"));
  const TreeHead signed_before = log_->signed_head()->tree;
  const auto flipped = AppendGroupOf({Takedown("b")});
  ASSERT_FALSE(flipped);
  EXPECT_EQ(flipped.error().code, Code::kOutcomeUnknown);
  EXPECT_EQ(log_->state(), LogState::kPoisoned);
  EXPECT_EQ(log_->signed_head()->tree, signed_before);
  log_.reset();
  // What was written is not believed at the next start either (I7).
  const auto reopened = TryOpen(NewMemoryStore(contents));
  ASSERT_FALSE(reopened);
  EXPECT_EQ(reopened.error().code, Code::kCorrupt);
}

}  // namespace
}  // namespace modlog::ram_flip_test
