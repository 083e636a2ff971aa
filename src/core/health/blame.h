// Which node of the health tree a failure is charged to, and how. One row per kind of error; the error's own scope may
// move a row to another level. A failure that is the client's or the gateway's own fault is charged to no node.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/error.h"

namespace drover::core {

/// The nodes above a target, from the widest to the narrowest. A lane is one model at one quota, or, for a key that has
/// no quota, at that key: what a rate limit is about.
enum class Level : std::uint8_t { Provider, Server, Key, Quota, Lane, Target };
inline constexpr std::size_t kLevels = 6;

struct Charge {
  enum class Action : std::uint8_t {
    None,
    Count,      ///< one more failure; `eject_after` in a row eject
    Cool,       ///< a cooldown, by Retry-After or by guess
    RestKey,    ///< the credential was refused
    RestQuota,  ///< the allowance is used up
    Missing,    ///< the model does not exist there
  };
  Action action = Action::None;
  Level level = Level::Target;
};

/// `names_model`: the target stands for one model and not for whatever the client asks for; a model that is missing
/// then says something about the target.
[[nodiscard]] Charge charge_for(const Error& error, bool names_model);

/// Whether an answer looks like the request's own fault, so that its class charges nobody. The answers of other targets
/// to the same request decide whose fault it is.
enum class RefusalKind : std::uint8_t {
  None,    ///< no refusal
  Sure,    ///< its class is the same everywhere: believed, unless the target is doubted
  Unsure,  ///< may be about this target only: another target is asked once
};
[[nodiscard]] RefusalKind refusal_kind(const Error& error);

/// Whether an answer refuses the credential, or says that its allowance is used up (401, 402 and their like). Charged
/// when the request has ended, because a request for which every credential is refused, while they are accepted for
/// others, is at fault itself.
[[nodiscard]] bool refuses_credential(const Error& error);

/// Whether the connection failed: such a failure is the same for every request to the address.
[[nodiscard]] bool is_about_the_address(const Error& error);

/// The bit of a level in a set of levels.
[[nodiscard]] constexpr std::uint8_t level_bit(Level level) {
  return static_cast<std::uint8_t>(1U << static_cast<std::uint32_t>(level));
}

/// Whether an answer of this kind shows that the server is there and talks HTTP.
[[nodiscard]] bool shows_server_well(const Error& error);

/// Whether an answer of this kind shows that the key was accepted.
[[nodiscard]] bool shows_key_accepted(const Error& error);

}  // namespace drover::core
