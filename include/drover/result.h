// A value, or the Error that stands in its place. The library throws nothing of its own accord; value() is for callers
// who prefer exceptions.
#pragma once

#include <stdexcept>
#include <utility>
#include <variant>

#include "drover/error.h"

DROVER_BEGIN

/// What Result::value() throws when there is no value.
class Exception : public std::runtime_error {
 public:
  explicit Exception(Error error) : std::runtime_error(error.to_string()), error_(std::move(error)) {}
  [[nodiscard]] const Error& error() const noexcept { return error_; }

 private:
  Error error_;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}

  /// Whether there is a value.
  [[nodiscard]] bool ok() const noexcept { return held_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  /// The value. Throws Exception when there is none.
  [[nodiscard]] T& value() & {
    require();
    return *std::get_if<0>(&held_);
  }
  [[nodiscard]] const T& value() const& {
    require();
    return *std::get_if<0>(&held_);
  }
  [[nodiscard]] T&& value() && {
    require();
    return std::move(*std::get_if<0>(&held_));
  }

  /// The value, which must be there.
  [[nodiscard]] T& operator*() noexcept { return *std::get_if<0>(&held_); }
  [[nodiscard]] const T& operator*() const noexcept { return *std::get_if<0>(&held_); }
  [[nodiscard]] T* operator->() noexcept { return std::get_if<0>(&held_); }
  [[nodiscard]] const T* operator->() const noexcept { return std::get_if<0>(&held_); }

  /// The error, which must be there.
  [[nodiscard]] Error& error() noexcept { return *std::get_if<1>(&held_); }
  [[nodiscard]] const Error& error() const noexcept { return *std::get_if<1>(&held_); }

 private:
  void require() const {
    if (!ok()) throw Exception(error());
  }
  std::variant<T, Error> held_;
};

DROVER_END
