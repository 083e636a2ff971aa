// A vector with a named limit whose first few values are stored inside it: for lists that are nearly always short, in
// objects that are many.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace drover {

/// Up to N values in order, the first `Inside` of them without an allocation. push_back past N is refused (returns
/// false). Adding a value may move the others, unlike in a FixedVector.
template <class T, std::size_t Inside, std::size_t N>
  requires(std::is_trivially_copyable_v<T> && Inside > 0 && Inside <= N)
class SmallVector {
 public:
  SmallVector() {}
  SmallVector(const SmallVector& other) { *this = other; }
  SmallVector(SmallVector&& other) noexcept { *this = std::move(other); }
  SmallVector& operator=(const SmallVector& other) {
    if (this == &other) return *this;
    size_ = 0;
    reserve(other.size_);
    std::uninitialized_copy_n(other.begin(), other.size_, begin());
    size_ = other.size_;
    return *this;
  }
  SmallVector& operator=(SmallVector&& other) noexcept {
    if (this == &other) return *this;
    if (!other.more_) std::uninitialized_copy_n(other.begin(), other.size_, inside_.items);
    more_ = std::move(other.more_);
    capacity_ = std::exchange(other.capacity_, static_cast<std::uint32_t>(Inside));
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  ~SmallVector() = default;

  [[nodiscard]] bool push_back(const T& value) {
    if (size_ == N) return false;
    const T copy = value;  // `value` may be one of this vector's own
    if (size_ == capacity_) reserve(std::min(2 * std::size_t{capacity_}, N));
    std::construct_at(begin() + size_++, copy);
    return true;
  }
  /// Removes all values and keeps the memory.
  void clear() { size_ = 0; }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] bool full() const { return size_ == N; }

  T& operator[](std::size_t at) { return begin()[at]; }
  const T& operator[](std::size_t at) const { return begin()[at]; }
  T& back() { return begin()[size_ - 1]; }
  const T& back() const { return begin()[size_ - 1]; }

  T* begin() { return more_ ? more_.get() : inside_.items; }
  T* end() { return begin() + size_; }
  const T* begin() const { return more_ ? more_.get() : inside_.items; }
  const T* end() const { return begin() + size_; }

 private:
  void reserve(std::size_t count) {
    if (count <= capacity_) return;
    auto more = std::make_unique_for_overwrite<T[]>(count);
    std::copy_n(begin(), size_, more.get());
    more_ = std::move(more);
    capacity_ = static_cast<std::uint32_t>(count);
  }

  union Inner {
    Inner() {}
    T items[Inside];
  };

  std::unique_ptr<T[]> more_;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = Inside;
  Inner inside_;
};

}  // namespace drover
