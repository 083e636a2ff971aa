// A reply as it is being written: a range of events.
//
//   for (const drover::ChatEvent& event : client.stream("hello")) std::cout << event.text << std::flush;
//
// Destroying the stream cancels the call. A slow reader slows its provider down: at most 256 KiB wait in between.
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>

#include "drover/chat.h"

DROVER_BEGIN

class Client;

/// For one thread at a time. May outlive its Client, which ends it with the error "client_closed".
class DROVER_API ChatStream {
 public:
  ChatStream(ChatStream&&) noexcept;
  ChatStream& operator=(ChatStream&&) noexcept;
  ~ChatStream();

  /// The next event; waits for it. Nothing: the stream has ended, and error() says whether it ended well.
  [[nodiscard]] std::optional<ChatEvent> next();

  /// Why the stream ended early; null while it runs and after a complete one. What was read before it stays valid.
  [[nodiscard]] const Error* error() const;

  /// The target that answers, and how it was reached. Complete when the first event has been read.
  [[nodiscard]] Origin origin() const;
  /// The tokens of the reply. Complete at the end; known only when the provider reports them (see
  /// ProviderOptions::usage).
  [[nodiscard]] Usage usage() const;

  /// Ends the call; next() returns nothing from then on.
  void cancel();

  struct End {};
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = ChatEvent;
    using difference_type = std::ptrdiff_t;
    using pointer = const ChatEvent*;
    using reference = const ChatEvent&;

    explicit Iterator(ChatStream& stream) : stream_(&stream), event_(stream.next()) {}
    reference operator*() const { return *event_; }
    pointer operator->() const { return &*event_; }
    Iterator& operator++() {
      event_ = stream_->next();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& at, End) { return !at.event_.has_value(); }
    friend bool operator!=(const Iterator& at, End) { return at.event_.has_value(); }
    friend bool operator==(End, const Iterator& at) { return !at.event_.has_value(); }
    friend bool operator!=(End, const Iterator& at) { return at.event_.has_value(); }

   private:
    ChatStream* stream_;
    std::optional<ChatEvent> event_;
  };

  /// May be called once: events that have been read are not kept.
  [[nodiscard]] Iterator begin() { return Iterator(*this); }
  [[nodiscard]] End end() const { return {}; }

 private:
  friend class Client;
  class DROVER_HIDDEN State;
  explicit ChatStream(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

DROVER_END
