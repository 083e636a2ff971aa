#include "core/fleet/waiting_room.h"

#include <algorithm>

namespace drover::core {
namespace {

/// The cost that a client may be served in one turn, before weights: about one small request.
constexpr double kQuantum = 1000.0;
constexpr Duration kPaceSpan = std::chrono::seconds(10);
/// A line younger than this has no pace yet.
constexpr Duration kPaceFrom = std::chrono::milliseconds(100);

}  // namespace

WaitingRoom::LineKey WaitingRoom::key_of(const PickRequest& request) {
  LineKey key{.route = request.route,
              .fence = request.fence.mark(),
              .owner = request.owner,
              .model = request.asker.model,
              .api = request.api};
  for (const TargetId target : request.tried) key.tried = (key.tried ^ (target.value + 1ULL)) * 0x100000001b3ULL;
  return key;
}

std::uint32_t WaitingRoom::find_line(const LineKey& key) const {
  for (std::uint32_t at = 0; at < lines_.size(); ++at) {
    if (lines_[at].count > 0 && lines_[at].key == key) return at;
  }
  return kNone;
}

std::uint32_t WaitingRoom::find_client(std::uint32_t principal) const {
  for (std::uint32_t at = 0; at < clients_.size(); ++at) {
    if (clients_[at].count > 0 && clients_[at].principal == principal) return at;
  }
  return kNone;
}

const WaitingRoom::Queue* WaitingRoom::find_queue(std::uint32_t client, std::uint32_t line) const {
  if (client == kNone || line == kNone) return nullptr;
  const std::vector<Queue>& queues = clients_[client].queues;
  const auto found = std::ranges::find(queues, line, &Queue::line);
  return found == queues.end() ? nullptr : &*found;
}

/// When the request would be served, by the pace of its line while requests have waited there. Clients take turns, so a
/// client with few waiting requests is served before another client's many.
Instant WaitingRoom::expected(const PickRequest& request, Instant now) const {
  const std::uint32_t line = find_line(key_of(request));
  if (line == kNone) return now;
  WindowCount<10> served = lines_[line].served;
  const std::int64_t pace = served.total(now);
  const Duration span = std::min(now - lines_[line].since, kPaceSpan);
  if (pace < kServedToKnow || span < kPaceFrom) return now;
  const Queue* own = find_queue(find_client(request.asker.principal), line);
  const std::uint64_t own_before = own == nullptr ? 0 : own->count;
  const std::uint64_t clients = lines_[line].clients + (own == nullptr ? 1U : 0U);
  const std::uint64_t position = std::min<std::uint64_t>(lines_[line].count + 1U, (own_before + 1) * clients);
  const double wait = static_cast<double>(span.count()) / static_cast<double>(pace) * static_cast<double>(position);
  constexpr double kLongest = 3600e9;
  return now + Duration(static_cast<Duration::rep>(std::min(wait, kLongest)));
}

WaitingRoom::Joined WaitingRoom::join(const PickRequest& request, const PickAnswer& blocked, double cost, Instant now) {
  Joined joined{.expected = std::max(expected(request, now), blocked.wait_until)};
  if (joined.expected > request.patient_until || now >= request.patient_until) {
    joined.refusal = WaitRefusal::TooLong;
    return joined;
  }
  const std::uint32_t known = find_client(request.asker.principal);
  if (known != kNone && clients_[known].count >= plan_->waiting.per_client) {
    joined.refusal = WaitRefusal::ClientFull;
    return joined;
  }
  if (places_taken_ >= plan_->waiting.all) {
    joined.refusal = WaitRefusal::RoomFull;
    return joined;
  }
  const std::uint32_t at = take_place();
  Place& place = places_[at];
  place.waiting = {.route = request.route,
                   .fence = request.fence,
                   .owner = request.owner,
                   .asker = request.asker,
                   .api = request.api,
                   .affinity = request.affinity,
                   .estimate = request.estimate,
                   .streamed = request.streamed,
                   .bell = request.bell,
                   .until = request.patient_until};
  for (const TargetId target : request.tried) (void)place.waiting.tried.push_back(target);
  place.cost = std::clamp(cost, 1.0, kDearest);
  place.key = key_of(request);
  place.arrival = ++arrivals_;
  place.client = take_client(request.asker.principal);
  joined.id = {.place = at, .turn = place.turn};
  if (!line_up(at, blocked, now)) {
    leave(joined.id);
    return {.refusal = WaitRefusal::RoomFull, .expected = joined.expected};
  }
  return joined;
}

std::uint32_t WaitingRoom::take_client(std::uint32_t principal) {
  std::uint32_t at = find_client(principal);
  if (at == kNone) {
    at = static_cast<std::uint32_t>(std::ranges::find(clients_, 0U, &Client::count) - clients_.begin());
    if (at == clients_.size()) clients_.emplace_back();
    Client& client = clients_[at];
    client.principal = principal;
    client.service =
        principal < plan_->principals.size() ? plan_->principals[principal].service : ServiceClass::Interactive;
    client.deficit = 0;
  }
  ++clients_[at].count;
  return at;
}

std::uint32_t WaitingRoom::take_place() {
  if (free_places_.empty()) {
    places_.emplace_back();
    free_places_.push_back(static_cast<std::uint32_t>(places_.size() - 1));
  }
  const std::uint32_t at = free_places_.back();
  free_places_.pop_back();
  if (++turns_ == 0) ++turns_;
  places_[at].turn = turns_;
  ++places_taken_;
  return at;
}

/// Puts the request into its line. Returns false when there are too many lines.
bool WaitingRoom::line_up(std::uint32_t at, const PickAnswer& because, Instant now) {
  Place& place = places_[at];
  std::uint32_t line = find_line(place.key);
  if (line == kNone) {
    line = static_cast<std::uint32_t>(std::ranges::find(lines_, 0U, &Line::count) - lines_.begin());
    if (line == kMaxLines) return false;
    if (line == lines_.size()) lines_.emplace_back();
    lines_[line] = Line{.key = place.key, .since = now};
    if (!because.asker_limited) lines_[line].blocked = pass_, lines_[line].because = because;
  }
  Client& client = clients_[place.client];
  auto queue = std::ranges::find(client.queues, line, &Queue::line);
  if (queue == client.queues.end()) {
    queue = client.queues.insert(queue, Queue{.line = line});
    queue->blocked = because.asker_limited ? pass_ : 0;
    queue->because = because;
    ++lines_[line].clients;
  }
  place.line = line;
  insert(*queue, at);
  ++lines_[line].count;
  ++in_line_;
  if (client.in_line++ == 0) {
    ring_.push_back(place.client);
    ++clients_of_class_[static_cast<std::size_t>(client.service)];
  }
  return true;
}

bool WaitingRoom::earlier(std::uint32_t a, std::uint32_t b) const {
  const Place& one = places_[a];
  const Place& other = places_[b];
  return std::pair(one.waiting.until, one.arrival) < std::pair(other.waiting.until, other.arrival);
}

/// Searches from the back: most new requests have the latest deadline.
void WaitingRoom::insert(Queue& queue, std::uint32_t at) {
  std::uint32_t before = queue.tail;
  while (before != kNone && earlier(at, before)) before = places_[before].previous;
  const std::uint32_t behind = before == kNone ? queue.head : places_[before].next;
  places_[at].previous = before;
  places_[at].next = behind;
  (before == kNone ? queue.head : places_[before].next) = at;
  (behind == kNone ? queue.tail : places_[behind].previous) = at;
  ++queue.count;
}

/// Takes the request out of its line and keeps its place in the room.
void WaitingRoom::step_out(std::uint32_t at) {
  Place& place = places_[at];
  if (place.line == kNone) return;
  Client& client = clients_[place.client];
  const auto queue = std::ranges::find(client.queues, place.line, &Queue::line);
  (place.previous == kNone ? queue->head : places_[place.previous].next) = place.next;
  (place.next == kNone ? queue->tail : places_[place.next].previous) = place.previous;
  Line& line = lines_[place.line];
  --line.count;
  --in_line_;
  if (--queue->count == 0) {
    client.queues.erase(queue);
    --line.clients;
  }
  place.line = place.next = place.previous = kNone;
  if (--client.in_line > 0) return;
  client.deficit = 0;
  --clients_of_class_[static_cast<std::size_t>(client.service)];
  const auto left = static_cast<std::size_t>(std::ranges::find(ring_, place.client) - ring_.begin());
  ring_.erase(ring_.begin() + static_cast<std::ptrdiff_t>(left));
  if (left < turn_)
    --turn_;
  else if (left == turn_)
    credited_ = false;
  if (turn_ >= ring_.size()) turn_ = 0;
}

Waiting* WaitingRoom::find(WaiterId id) {
  if (!id.any() || id.place >= places_.size()) return nullptr;
  Place& place = places_[id.place];
  return place.client != kNone && place.turn == id.turn ? &place.waiting : nullptr;
}

bool WaitingRoom::stands_in_line(WaiterId id) const {
  return id.any() && id.place < places_.size() && places_[id.place].turn == id.turn &&
         places_[id.place].client != kNone && places_[id.place].line != kNone;
}

void WaitingRoom::leave(WaiterId id) {
  if (find(id) == nullptr) return;
  step_out(id.place);
  Place& place = places_[id.place];
  --clients_[place.client].count;
  place.client = kNone;
  place.waiting = {};
  --places_taken_;
  free_places_.push_back(id.place);
}

void WaitingRoom::line_up_again(WaiterId id, Instant now) {
  if (find(id) != nullptr && !stands_in_line(id)) (void)line_up(id.place, {.kind = PickKind::Wait}, now);
}

WaiterId WaitingRoom::somebody() const {
  if (ring_.empty()) return {};
  const std::uint32_t at = clients_[ring_[turn_]].queues.front().tail;
  return {.place = at, .turn = places_[at].turn};
}

const PickAnswer* WaitingRoom::before(const PickRequest& request) const {
  const std::uint32_t line = find_line(key_of(request));
  if (line == kNone) return nullptr;
  if (lines_[line].blocked == pass_) return &lines_[line].because;
  const Queue* own = find_queue(find_client(request.asker.principal), line);
  return own == nullptr ? nullptr : &own->because;
}

// ------------------------------------------------------------------------------------------ the order of turns

/// The weight of the client's class, divided among the clients of the class, and scaled so that no share is below
/// kQuantum.
double WaitingRoom::quantum(const Client& client) const {
  double scale = 0;
  for (std::size_t at = 0; at < kServiceClasses; ++at)
    scale = std::max(scale, clients_of_class_[at] / kClassWeight[at]);
  const auto own = static_cast<std::size_t>(client.service);
  return kQuantum * scale * kClassWeight[own] / std::max(clients_of_class_[own], 1U);
}

void WaitingRoom::begin_pass() {
  ++pass_;
  resume_.reset();
}

/// The client's earliest request among the lines that may still be served in this pass.
std::uint32_t WaitingRoom::first_open(const Client& client) const {
  std::uint32_t first = kNone;
  for (const Queue& queue : client.queues) {
    if (queue.blocked == pass_ || lines_[queue.line].blocked == pass_) continue;
    if (first == kNone || earlier(queue.head, first)) first = queue.head;
  }
  return first;
}

void WaitingRoom::advance() {
  turn_ = turn_ + 1 < ring_.size() ? turn_ + 1 : 0;
  credited_ = false;
}

std::optional<WaiterId> WaitingRoom::next() {
  for (std::size_t in_vain = 0; in_vain < ring_.size();) {
    Client& client = clients_[ring_[turn_]];
    const std::uint32_t at = first_open(client);
    if (at == kNone) {
      ++in_vain;
      advance();
      continue;
    }
    in_vain = 0;
    if (!credited_) {  // a blocked client does not save up its turns
      const double due = quantum(client);
      client.deficit = std::min(client.deficit + due, places_[at].cost + due);
      credited_ = true;
    }
    if (places_[at].cost <= client.deficit) return WaiterId{.place = at, .turn = places_[at].turn};
    advance();
  }
  return std::nullopt;
}

void WaitingRoom::note(WaiterId id, Served served, Instant now) {
  Place& place = places_[id.place];
  Client& client = clients_[place.client];
  switch (served.what) {
    case Served::What::Yes:
      client.deficit -= place.cost;
      lines_[place.line].served.add(now, 1);
      return step_out(id.place);
    case Served::What::Out: return step_out(id.place);
    case Served::What::LineBlocked:
    case Served::What::ClientBlocked: break;
  }
  // The client keeps its turn: the next free capacity is tried for it first, however long that takes.
  if (!resume_) resume_ = place.client;
  const auto queue = std::ranges::find(client.queues, place.line, &Queue::line);
  queue->because = served.because;
  if (served.what == Served::What::ClientBlocked) {
    queue->blocked = pass_;
  } else {
    lines_[place.line].blocked = pass_;
    lines_[place.line].because = served.because;
  }
}

void WaitingRoom::end_pass() {
  if (!resume_) return;
  const auto found = std::ranges::find(ring_, *resume_);
  if (found == ring_.end()) return;
  turn_ = static_cast<std::size_t>(found - ring_.begin());
  credited_ = true;
}

}  // namespace drover::core
