#include "upstream/memory/memory_budget.h"

#include <algorithm>
#include <utility>

#include "dialect/dialect.h"

namespace drover::upstream {
namespace {

/// A body grows what it is charged by at least this much at a time.
constexpr std::uint64_t kGrowth = kSmallBody;
/// Up to this size the room for an announced body is made in one go, which costs address space alone: its pages are
/// touched only as bytes arrive.
constexpr std::uint64_t kRoomAtOnce = 1024 * 1024;
/// What a small body keeps when its memory is given back, so that the next one allocates nothing.
constexpr std::size_t kKeptCapacity = 4 * 1024;
/// What is held of an answer is charged by at least this much at a time.
constexpr std::uint64_t kAnswerStep = 256 * 1024;

}  // namespace

bool AnswerCharge::hold(std::uint64_t bytes) {
  if (bytes <= bytes_ || account_.budget == nullptr) return true;
  const auto take = [this](std::uint64_t wanted) {
    const BodyBytes::Claim claim{
        .bytes = wanted - bytes_, .held = bytes_, .size = BodySize::Large, .stage = BodyStage::Receiving};
    if (!account_.budget->take(claim, account_.client)) return false;
    bytes_ = wanted;
    return true;
  };
  return take(std::max({bytes, 2 * bytes_, kAnswerStep})) || take(bytes);
}

void AnswerCharge::free() {
  if (bytes_ != 0) account_.budget->give(std::exchange(bytes_, 0), account_.client, BodyStage::Receiving);
}

void ReplayBody::begin(MemoryBudget& budget, BodyBytes* client, std::uint64_t announced) {
  free();
  charge_ = {.account = {.budget = &budget, .client = client}, .announced = announced};
}

bool ReplayBody::append(std::string_view bytes) {
  const std::uint64_t needed = text_.size() + bytes.size();
  // What comes whole with its first bytes was never somebody's to delay.
  if (charge_.bytes == 0 && needed == charge_.announced) charge_.stage = BodyStage::Whole;
  if (needed > charge_.bytes) {
    std::uint64_t step = charge_.bytes + std::max(kGrowth, charge_.bytes);
    if (charge_.announced >= needed) step = std::min(step, charge_.announced);
    if (!charge(std::max(needed, step)) && !charge(needed)) return false;
    const std::uint64_t room = std::max(charge_.bytes, std::min(charge_.announced, kRoomAtOnce));
    text_.reserve(static_cast<std::size_t>(room) + dialect::kPadding);
  }
  text_.append(bytes);
  return true;
}

bool ReplayBody::charge(std::uint64_t wanted) {
  const BodyBytes::Claim claim{.bytes = wanted - charge_.bytes,
                               .held = charge_.bytes + charge_.aside,
                               .aside = charge_.aside,
                               .size = wanted > kSmallBody ? BodySize::Large : BodySize::Small,
                               .stage = charge_.stage};
  if (!charge_.account.budget->take(claim, charge_.account.client)) return false;
  charge_.bytes = wanted;
  return true;
}

bool ReplayBody::set_aside(std::uint64_t bytes) {
  if (bytes <= charge_.aside) return true;
  const BodyBytes::Claim claim{.bytes = bytes - charge_.aside,
                               .held = charge_.bytes + charge_.aside,
                               .aside = bytes,
                               .size = bytes > 2 * kSmallBody + kGrowth ? BodySize::Large : BodySize::Small,
                               .stage = charge_.stage};
  if (!charge_.account.budget->take(claim, charge_.account.client)) return false;
  charge_.aside = bytes;
  return true;
}

void ReplayBody::give_aside() {
  if (charge_.aside == 0) return;
  charge_.account.budget->give(std::exchange(charge_.aside, 0), charge_.account.client, charge_.stage);
}

void ReplayBody::completed() {
  give_aside();
  if (charge_.account.budget == nullptr || charge_.stage == BodyStage::Whole) return;
  charge_.account.budget->now_whole(charge_.bytes, charge_.account.client);
  charge_.stage = BodyStage::Whole;
}

void ReplayBody::free() {
  give_aside();
  if (charge_.bytes != 0) charge_.account.budget->give(charge_.bytes, charge_.account.client, charge_.stage);
  charge_ = {.account = charge_.account};
  if (text_.capacity() > kKeptCapacity) {
    text_ = std::string();
  } else {
    text_.clear();
  }
}

}  // namespace drover::upstream
