#include "gateway/office.h"

#include <utility>

namespace drover::gateway {
namespace {

/// Loops that share the limits of a provider's connections with this one: none, its pools are its own.
constexpr std::uint32_t kLoops = 1;

}  // namespace

Office::Office(std::uint64_t seed, std::shared_ptr<const Snapshot> snapshot)
    : loop_(seed), resolver_(loop_), pools_(loop_, kLoops), snapshot_(std::move(snapshot)) {}

Office::~Office() {
  stop();
  loop_.abandon();  // what still waits goes while the rest of the office stands
}

void Office::start() {
  loop_.post([this] { take_up(); });
  thread_ = std::thread([this] { loop_.run(); });
}

void Office::use(std::shared_ptr<const Snapshot> snapshot) {
  loop_.post([this, fresh = std::move(snapshot)] {
    snapshot_ = fresh;
    take_up();
  });
}

void Office::stop() {
  if (!thread_.joinable()) return;
  loop_.post([this] { loop_.stop(); });
  thread_.join();
}

void Office::take_up() {
  prober_.use(snapshot_->catalog, snapshot_->fleet);
}

}  // namespace drover::gateway
