#include "gateway/admin/store_door.h"

#include <sys/random.h>

#include <string>
#include <utility>

#include "directory/key_text.h"
#include "telemetry/log/log.h"

namespace drover::gateway {
namespace {

/// The kernel's generator waits for nothing once the machine has started, and cannot fail for so few bytes.
directory::KeyChance chance() {
  directory::KeyChance bytes{};
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::getrandom(bytes.data() + filled, bytes.size() - filled, 0);
    if (got > 0) filled += static_cast<std::size_t>(got);
  }
  return bytes;
}

admin::NewSecret new_secret() {
  const directory::MadeKey made = directory::make_key(chance());
  return {.text = std::string(made.text.reveal()), .digest = made.digest, .shown = made.shown};
}

}  // namespace

StoreDoor store_door(Accounts& accounts) {
  StoreDoor door{.makers = {.secret = new_secret, .key_id = [] { return directory::make_key_id(chance()); }}};
  if (!accounts.has_place()) return door;
  door.post = [&accounts](std::function<void(store::Store&)> job, std::function<void()> done) {
    const Result<void> open = accounts.open_ledger();
    if (!open) telemetry::log(telemetry::Level::Warning, "the store cannot be used: " + open.error().message);
    return open.has_value() && accounts.ledger()->post(std::move(job), std::move(done));
  };
  return door;
}

}  // namespace drover::gateway
