#include "net/loop/memory.h"

#include <utility>

namespace drover::net {

namespace {

/// Points a view into the other copy of the bytes.
void rebase(std::string_view& view, const char* from, const char* to) {
  if (view.data() != nullptr) view = {to + (view.data() - from), view.size()};
}

template <class Head>
void keep_common(std::string_view received, HeadMemory<Head>& memory) {
  memory.bytes.assign(received.substr(0, memory.head.size));
  memory.head.fields.rebase(received.data(), memory.bytes.data());
}

template <class Head>
std::unique_ptr<HeadMemory<Head>> take_from(FixedVector<std::unique_ptr<HeadMemory<Head>>, kMaxSpareMemory>& spare) {
  if (spare.empty()) {
    auto fresh = std::make_unique<HeadMemory<Head>>();
    fresh->bytes.reserve(kFirstBytes);
    return fresh;
  }
  std::unique_ptr<HeadMemory<Head>> memory = std::move(spare.back());
  spare.pop_back();
  return memory;
}

template <class Head>
void give_to(FixedVector<std::unique_ptr<HeadMemory<Head>>, kMaxSpareMemory>& spare,
             std::unique_ptr<HeadMemory<Head>> memory) {
  if (memory == nullptr || spare.full() || memory->bytes.capacity() > kMaxSpareBytes) return;
  // Spare memory keeps no secrets and prompts.
  memory->bytes.clear();
  memory->head.fields.clear();
  [[maybe_unused]] const bool kept = spare.push_back(std::move(memory));
}

}  // namespace

void keep_head(std::string_view received, RequestMemory& memory) {
  keep_common(received, memory);
  rebase(memory.head.method, received.data(), memory.bytes.data());
  rebase(memory.head.target, received.data(), memory.bytes.data());
  rebase(memory.head.host, received.data(), memory.bytes.data());
}

void keep_head(std::string_view received, ResponseMemory& memory) {
  keep_common(received, memory);
  rebase(memory.head.reason, received.data(), memory.bytes.data());
}

std::string LoopMemory::take_bytes() {
  if (bytes_.empty()) {
    std::string fresh;
    fresh.reserve(kFirstBytes);
    return fresh;
  }
  std::string bytes = std::move(bytes_.back());
  bytes_.pop_back();
  return bytes;
}

void LoopMemory::give(std::string bytes) {
  if (bytes_.full() || bytes.capacity() > kMaxSpareBytes || bytes.capacity() < kFirstBytes) return;
  bytes.clear();
  [[maybe_unused]] const bool kept = bytes_.push_back(std::move(bytes));
}

std::unique_ptr<RequestMemory> LoopMemory::take_request() {
  return take_from(requests_);
}
void LoopMemory::give(std::unique_ptr<RequestMemory> memory) {
  give_to(requests_, std::move(memory));
}
std::unique_ptr<ResponseMemory> LoopMemory::take_response() {
  return take_from(responses_);
}
void LoopMemory::give(std::unique_ptr<ResponseMemory> memory) {
  give_to(responses_, std::move(memory));
}

void Buffer::append(std::string_view more) {
  if (more.empty()) return;
  if (!borrowed_) {
    bytes_ = memory_.take_bytes();
    borrowed_ = true;
  }
  // Without this, many small consumes and appends would make the string grow for ever.
  if (begin_ > 0 && begin_ >= bytes_.size() / 2) {
    bytes_.erase(0, begin_);
    begin_ = 0;
  }
  bytes_.append(more);
  count();
}

void Buffer::release() {
  if (!borrowed_) return;
  memory_.give(std::move(bytes_));
  bytes_ = std::string();
  begin_ = 0;
  borrowed_ = false;
  count();
}

/// Nearly every head fits into the first bytes, and then no counter that threads share is touched.
void Buffer::count() {
  const std::size_t beyond = bytes_.capacity() > kFirstBytes ? bytes_.capacity() - kFirstBytes : 0;
  if (ledger_ != nullptr && beyond != counted_) ledger_->change(std::exchange(counted_, beyond), beyond);
}

void Buffer::swap(Buffer& other) {
  std::swap(bytes_, other.bytes_);
  std::swap(begin_, other.begin_);
  std::swap(borrowed_, other.borrowed_);
}

}  // namespace drover::net
