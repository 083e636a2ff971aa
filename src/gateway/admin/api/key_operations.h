// What can be done with keys, apart from how a call says it: the API's own calls and those of LiteLLM's form share
// this.
#pragma once

#include <functional>

#include "gateway/admin/api/call.h"

namespace drover::gateway::admin {

/// Tries of a change that another administrator's change came before.
inline constexpr int kChangeTries = 4;
/// How long the former secret works after a rotation that does not say.
inline constexpr std::chrono::seconds kUsualGrace = std::chrono::hours(24);
inline constexpr std::chrono::seconds kLongestGrace = std::chrono::days(90);

/// Changes a key in place; a fault leaves it.
using KeyEdit = std::function<Or<void>(directory::Key& key)>;
/// The JSON answer that a change is remembered with.
using Telling = std::function<std::string(const KeyDone& done)>;

/// Makes a key and edits it. `told` writes the answer, with this status, that an idempotency key is remembered with; it
/// gets no secret.
[[nodiscard]] Or<KeyDone> create_key(Desk& desk, const KeyEdit& edit, int status, const Telling& told);
/// Reads the key, edits it and commits it; again when another change came between and the client named no version.
[[nodiscard]] Or<KeyDone> change_key(Desk& desk, std::string_view id, std::string_view what, const KeyEdit& edit,
                                     const Telling& told);
/// A new secret; the old one works for `grace`.
[[nodiscard]] Or<KeyDone> rotate_key(Desk& desk, std::string_view id, std::chrono::seconds grace, const KeyEdit& edit,
                                     const Telling& told);
/// Archives it. A key that is archived already stays as it is.
[[nodiscard]] Or<KeyDone> delete_key(Desk& desk, std::string_view id, const Telling& told);
[[nodiscard]] Or<directory::Key> find_key(Desk& desk, std::string_view id);

/// The edit that sets what the object names.
[[nodiscard]] KeyEdit setting(const boost::json::object& fields, WallTime now);

/// `"v3"`
[[nodiscard]] std::string etag_of(std::uint64_t version);
/// Whether an If-Match or If-None-Match names this version ("*" names all).
[[nodiscard]] bool names_version(std::string_view field, std::uint64_t version);
/// 412 when the client's If-Match names another version.
[[nodiscard]] Or<void> check_version(const Call& call, std::uint64_t version);

}  // namespace drover::gateway::admin
