#include "support/raw_upstream.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace drover::test {
namespace {

// How often a waiting thread checks whether the test is over.
constexpr std::chrono::milliseconds kLook{20};

// Takes a whole decoded body off the front of `inbox`; false when bytes are missing.
bool take_chunked(std::string& inbox, std::string& body) {
  std::string decoded;
  std::size_t at = 0;
  for (;;) {
    const std::size_t line_end = inbox.find("\r\n", at);
    if (line_end == std::string::npos) return false;
    std::size_t size = 0;
    std::from_chars(inbox.data() + at, inbox.data() + line_end, size, 16);
    if (inbox.size() < line_end + 2 + size + 2) return false;
    decoded.append(inbox, line_end + 2, size);
    at = line_end + 2 + size + 2;
    if (size == 0) break;
  }
  inbox.erase(0, at);
  body = std::move(decoded);
  return true;
}

bool take_body(std::string& inbox, HeardRequest& request) {
  if (request.field("Transfer-Encoding") == "chunked") return take_chunked(inbox, request.body);
  const std::string length_text = request.field("Content-Length");
  std::size_t length = 0;
  std::from_chars(length_text.data(), length_text.data() + length_text.size(), length);
  if (inbox.size() < length) return false;
  request.body = inbox.substr(0, length);
  inbox.erase(0, length);
  return true;
}

}  // namespace

Say& Say::bytes(std::string text) {
  steps_.emplace_back(std::move(text));
  return *this;
}

Say& Say::bytes_cut_at_random(std::string text, std::uint64_t seed, std::size_t longest) {
  std::mt19937_64 random(seed);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = std::min<std::size_t>(1 + random() % longest, text.size() - at);
    steps_.emplace_back(text.substr(at, size));
    at += size;
  }
  return *this;
}

Say& Say::wait_for_go_on() {
  steps_.emplace_back(Pause{});
  return *this;
}

Say& Say::wait_for_end() {
  steps_.emplace_back(AwaitEnd{});
  return *this;
}

Say& Say::close() {
  steps_.emplace_back(Close{});
  return *this;
}

Say& Say::reset() {
  steps_.emplace_back(Reset{});
  return *this;
}

Say& Say::before_reading() {
  before_reading_ = true;
  return *this;
}

std::string HeardRequest::field(std::string_view name) const {
  const auto lower = [](std::string text) {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return text;
  };
  const std::string wanted = "\r\n" + lower(std::string(name)) + ":";
  const std::size_t at = lower(head).find(wanted);
  if (at == std::string::npos) return {};
  const std::size_t begin = std::min(head.find_first_not_of(" \t", at + wanted.size()), head.size());
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

RawUpstream::RawUpstream()
    : port_(listener_.port()), accepting_([this](const std::stop_token& stop) { accept_all(stop); }) {}

RawUpstream::~RawUpstream() {
  accepting_.request_stop();
  accepting_.join();
  for (std::jthread& thread : serving_) thread.request_stop();
  changed_.notify_all();
}

void RawUpstream::next(Say say) {
  const std::lock_guard lock(mutex_);
  sayings_.push_back(std::move(say));
}

void RawUpstream::always(Say say) {
  const std::lock_guard lock(mutex_);
  always_ = std::move(say);
}

void RawUpstream::go_on() {
  const std::lock_guard lock(mutex_);
  ++go_ons_;
  changed_.notify_all();
}

std::vector<HeardRequest> RawUpstream::heard() const {
  const std::lock_guard lock(mutex_);
  return heard_;
}

std::size_t RawUpstream::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

Clock::time_point RawUpstream::ended_at(std::size_t index, std::chrono::milliseconds patience) const {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [&] { return ended_.size() > index && ended_[index] != Clock::time_point{}; });
  return ended_.size() > index ? ended_[index] : Clock::time_point{};
}

bool RawUpstream::wait_for_requests(std::size_t count, std::chrono::milliseconds patience) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return heard_.size() >= count; });
}

Say RawUpstream::take_say() {
  const std::lock_guard lock(mutex_);
  if (sayings_.empty()) return always_;
  Say say = std::move(sayings_.front());
  sayings_.pop_front();
  return say;
}

bool RawUpstream::speaks_first() {
  const std::lock_guard lock(mutex_);
  return sayings_.empty() ? always_.before_reading_ : sayings_.front().before_reading_;
}

void RawUpstream::accept_all(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    Socket socket = listener_.accept(kLook);
    if (!socket.open()) continue;
    std::size_t connection = 0;
    {
      const std::lock_guard lock(mutex_);
      connection = connections_++;
    }
    serving_.emplace_back([this, connection, moved = std::move(socket)](const std::stop_token& inner) mutable {
      serve(inner, std::move(moved), connection);
    });
  }
}

void RawUpstream::serve(const std::stop_token& stop, Socket socket, std::size_t connection) {
  std::string inbox;
  for (;;) {
    HeardRequest request;
    request.connection = connection;
    if (!speaks_first() && !read_request(stop, socket, inbox, request)) return;
    std::size_t index = 0;
    {
      const std::lock_guard lock(mutex_);
      index = heard_.size();
      heard_.push_back(std::move(request));
      ended_.emplace_back();
      changed_.notify_all();
    }
    const Say say = take_say();
    if (!perform(stop, socket, say, index)) return;
  }
}

bool RawUpstream::read_request(const std::stop_token& stop, const Socket& socket, std::string& inbox,
                               HeardRequest& request) {
  for (;;) {
    const std::size_t end = inbox.find("\r\n\r\n");
    if (request.head.empty() && end != std::string::npos) {
      request.head = inbox.substr(0, end + 4);
      inbox.erase(0, end + 4);
    }
    if (!request.head.empty() && take_body(inbox, request)) return true;
    Socket::Got got = Socket::Got::Timeout;
    while (got == Socket::Got::Timeout && !stop.stop_requested()) got = socket.read_some(inbox, kLook);
    if (got != Socket::Got::Bytes) return false;
  }
}

void RawUpstream::await_end(const std::stop_token& stop, const Socket& socket, std::size_t request) {
  std::string ignored;
  Socket::Got got = Socket::Got::Timeout;
  while ((got == Socket::Got::Timeout || got == Socket::Got::Bytes) && !stop.stop_requested())
    got = socket.read_some(ignored, kLook);
  const std::lock_guard lock(mutex_);
  ended_[request] = Clock::now();
  changed_.notify_all();
}

bool RawUpstream::perform(const std::stop_token& stop, Socket& socket, const Say& say, std::size_t request) {
  for (const auto& step : say.steps_) {
    if (const auto* bytes = std::get_if<std::string>(&step)) {
      if (!socket.send(*bytes)) return false;
    } else if (std::holds_alternative<Say::Pause>(step)) {
      std::unique_lock lock(mutex_);
      while (go_ons_ == 0 && !stop.stop_requested()) changed_.wait_for(lock, kLook);
      if (go_ons_ > 0) --go_ons_;
    } else if (std::holds_alternative<Say::AwaitEnd>(step)) {
      await_end(stop, socket, request);
      return false;
    } else if (std::holds_alternative<Say::Reset>(step)) {
      socket.reset();
      return false;
    } else {
      socket.close();
      return false;
    }
  }
  return true;
}

}  // namespace drover::test
