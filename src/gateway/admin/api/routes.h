// The calls of the admin API: one table, which the router follows and the OpenAPI document is written from.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/admin/api/call.h"

namespace drover::gateway::admin {

/// What a call's body is.
enum class BodyKind : std::uint8_t { None, Object, ObjectOrNothing };

struct Parameter {
  std::string_view name;
  std::string_view schema;  ///< of OpenAPI, as JSON
  std::string_view about;
};

using Handler = Reply (*)(Desk& desk);

struct Route {
  std::string_view method;
  std::string_view pattern;  ///< "{id}" stands for one segment, "{path...}" for one or more
  std::string_view operation;
  std::string_view summary;
  Role role = Role::Read;
  Form form = Form::Own;
  int success = 200;
  BodyKind body = BodyKind::None;
  std::string_view body_schema = {};    ///< a name of components/schemas
  std::string_view answer_schema = {};  ///< likewise
  std::span<const Parameter> query = {};
  Handler handler = nullptr;
};

[[nodiscard]] std::span<const Route> routes();

/// The route of a path and method.
struct Matched {
  const Route* route = nullptr;         ///< null: the path has no such method, or is none at all
  std::vector<std::string> captured{};  ///< what the braces stand for, without escapes
  std::string allowed{};                ///< the methods of the path; empty: no such path
};
[[nodiscard]] Matched match(std::string_view method, std::string_view path);

/// Undoes percent escapes. Nothing: a bad one, or a control character.
[[nodiscard]] std::optional<std::string> unescaped(std::string_view text);

// ---- handlers, by file ----

Reply list_keys(Desk& desk);
Reply post_key(Desk& desk);
Reply get_key(Desk& desk);
Reply patch_key(Desk& desk);
Reply remove_key(Desk& desk);
Reply post_rotate(Desk& desk);
Reply post_block(Desk& desk);
Reply post_unblock(Desk& desk);
Reply post_increase(Desk& desk);

Reply list_principals(Desk& desk);
Reply get_principal(Desk& desk);
Reply patch_principal(Desk& desk);
Reply remove_principal(Desk& desk);
Reply list_audit(Desk& desk);

Reply litellm_generate(Desk& desk);
Reply litellm_update(Desk& desk);
Reply litellm_delete(Desk& desk);
Reply litellm_info(Desk& desk);
Reply litellm_list(Desk& desk);
Reply litellm_block(Desk& desk);
Reply litellm_unblock(Desk& desk);
Reply litellm_regenerate(Desk& desk);

}  // namespace drover::gateway::admin
