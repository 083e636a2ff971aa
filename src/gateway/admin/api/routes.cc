#include "gateway/admin/api/routes.h"

#include <algorithm>
#include <array>

namespace drover::gateway::admin {
namespace {

constexpr std::string_view kTextSchema = R"({"type":"string"})";
constexpr std::string_view kCountSchema = R"({"type":"integer","minimum":1,"maximum":1000,"default":100})";
constexpr std::string_view kStateSchema =
    R"({"type":"string","enum":["not_archived","active","blocked","expired","archived","all"]})";
constexpr std::string_view kPageSchema = R"({"type":"integer","minimum":1})";
constexpr std::string_view kBoolSchema = R"({"type":"boolean"})";

constexpr auto kKeyQuery =
    std::to_array<Parameter>({{"principal", kTextSchema, "Keys of this principal, and of all below it."},
                              {"name", kTextSchema, "The key of this name."},
                              {"owner", kTextSchema, "Keys of this owner."},
                              {"tag", kTextSchema, "Keys with this tag."},
                              {"state", kStateSchema, "Which keys; without it, all but the archived ones."},
                              {"after", kTextSchema, "Where the last page ended: its `next`."},
                              {"limit", kCountSchema, "Most keys of a page."}});
constexpr auto kPrincipalQuery =
    std::to_array<Parameter>({{"under", kTextSchema, "This principal, and all below it."},
                              {"after", kTextSchema, "Where the last page ended: its `next`."},
                              {"limit", kCountSchema, "Most principals of a page."}});
constexpr auto kAuditQuery =
    std::to_array<Parameter>({{"object", kTextSchema, "Changes of this key (its id) or principal (its path)."},
                              {"before", kPageSchema, "Where the last page ended: its `next`."},
                              {"limit", kCountSchema, "Most entries of a page."}});
constexpr auto kInfoQuery =
    std::to_array<Parameter>({{"key", kTextSchema, "The key: its secret, its id or its name."}});
constexpr auto kLitellmListQuery = std::to_array<Parameter>(
    {{"page", kPageSchema, "From 1."},
     {"size", R"({"type":"integer","minimum":1,"maximum":1000,"default":10})", "Most keys of a page."},
     {"user_id", kTextSchema, "Keys of this owner."},
     {"team_id", kTextSchema, "Keys of this principal, and of all below it."},
     {"key_alias", kTextSchema, "The key of this name."},
     {"return_full_object", kBoolSchema, "Whole keys instead of their ids."},
     {"include_team_keys", kBoolSchema, "Taken and not needed: all keys are seen."},
     {"sort_by", kTextSchema, "Taken and not followed."},
     {"sort_order", kTextSchema, "Taken and not followed."}});

constexpr auto kRoutes = std::to_array<Route>({
    {.method = "GET",
     .pattern = "/admin/v1/keys",
     .operation = "listKeys",
     .summary = "The keys, page by page",
     .role = Role::Read,
     .answer_schema = "KeyList",
     .query = kKeyQuery,
     .handler = list_keys},
    {.method = "POST",
     .pattern = "/admin/v1/keys",
     .operation = "createKey",
     .summary = "Make a key; its secret is in this answer only",
     .role = Role::Keys,
     .success = 201,
     .body = BodyKind::Object,
     .body_schema = "KeyFields",
     .answer_schema = "KeyWithSecret",
     .handler = post_key},
    {.method = "GET",
     .pattern = "/admin/v1/keys/{id}",
     .operation = "getKey",
     .summary = "One key",
     .role = Role::Read,
     .answer_schema = "Key",
     .handler = get_key},
    {.method = "PATCH",
     .pattern = "/admin/v1/keys/{id}",
     .operation = "updateKey",
     .summary = "Change what is named; the rest stays, and null clears",
     .role = Role::Keys,
     .body = BodyKind::Object,
     .body_schema = "KeyFields",
     .answer_schema = "Key",
     .handler = patch_key},
    {.method = "DELETE",
     .pattern = "/admin/v1/keys/{id}",
     .operation = "deleteKey",
     .summary = "Archive a key: it never works again",
     .role = Role::Keys,
     .answer_schema = "Key",
     .handler = remove_key},
    {.method = "POST",
     .pattern = "/admin/v1/keys/{id}/rotate",
     .operation = "rotateKey",
     .summary = "A new secret; the old one works for `grace` (24h)",
     .role = Role::Keys,
     .body = BodyKind::ObjectOrNothing,
     .body_schema = "Rotation",
     .answer_schema = "KeyWithSecret",
     .handler = post_rotate},
    {.method = "POST",
     .pattern = "/admin/v1/keys/{id}/block",
     .operation = "blockKey",
     .summary = "Block a key",
     .role = Role::Keys,
     .answer_schema = "Key",
     .handler = post_block},
    {.method = "POST",
     .pattern = "/admin/v1/keys/{id}/unblock",
     .operation = "unblockKey",
     .summary = "Unblock a key",
     .role = Role::Keys,
     .answer_schema = "Key",
     .handler = post_unblock},
    {.method = "POST",
     .pattern = "/admin/v1/keys/{id}/increase",
     .operation = "increaseKey",
     .summary = "More money for a while",
     .role = Role::Keys,
     .body = BodyKind::Object,
     .body_schema = "Increase",
     .answer_schema = "Key",
     .handler = post_increase},

    {.method = "GET",
     .pattern = "/admin/v1/principals",
     .operation = "listPrincipals",
     .summary = "The principals with a record, page by page",
     .role = Role::Read,
     .answer_schema = "PrincipalList",
     .query = kPrincipalQuery,
     .handler = list_principals},
    {.method = "GET",
     .pattern = "/admin/v1/principals/{path...}",
     .operation = "getPrincipal",
     .summary = "One principal",
     .role = Role::Read,
     .answer_schema = "Principal",
     .handler = get_principal},
    {.method = "PATCH",
     .pattern = "/admin/v1/principals/{path...}",
     .operation = "updatePrincipal",
     .summary = "Change what is named, or make the record",
     .role = Role::All,
     .body = BodyKind::Object,
     .body_schema = "PrincipalFields",
     .answer_schema = "Principal",
     .handler = patch_principal},
    {.method = "DELETE",
     .pattern = "/admin/v1/principals/{path...}",
     .operation = "deletePrincipal",
     .summary = "Archive the record: its limits end",
     .role = Role::All,
     .answer_schema = "Principal",
     .handler = remove_principal},

    {.method = "GET",
     .pattern = "/admin/v1/audit",
     .operation = "listAudit",
     .summary = "Who changed what, the newest first",
     .role = Role::Read,
     .answer_schema = "AuditList",
     .query = kAuditQuery,
     .handler = list_audit},

    {.method = "POST",
     .pattern = "/key/generate",
     .operation = "litellmGenerate",
     .summary = "LiteLLM's: make a key",
     .role = Role::Keys,
     .form = Form::Litellm,
     .body = BodyKind::ObjectOrNothing,
     .body_schema = "LitellmFields",
     .answer_schema = "LitellmKey",
     .handler = litellm_generate},
    {.method = "POST",
     .pattern = "/key/update",
     .operation = "litellmUpdate",
     .summary = "LiteLLM's: change a key",
     .role = Role::Keys,
     .form = Form::Litellm,
     .body = BodyKind::Object,
     .body_schema = "LitellmFields",
     .answer_schema = "LitellmKey",
     .handler = litellm_update},
    {.method = "POST",
     .pattern = "/key/delete",
     .operation = "litellmDelete",
     .summary = "LiteLLM's: archive keys",
     .role = Role::Keys,
     .form = Form::Litellm,
     .body = BodyKind::Object,
     .body_schema = "LitellmDelete",
     .answer_schema = "LitellmDeleted",
     .handler = litellm_delete},
    {.method = "GET",
     .pattern = "/key/info",
     .operation = "litellmInfo",
     .summary = "LiteLLM's: one key",
     .role = Role::Read,
     .form = Form::Litellm,
     .answer_schema = "LitellmInfo",
     .query = kInfoQuery,
     .handler = litellm_info},
    {.method = "GET",
     .pattern = "/key/list",
     .operation = "litellmList",
     .summary = "LiteLLM's: the keys",
     .role = Role::Read,
     .form = Form::Litellm,
     .answer_schema = "LitellmList",
     .query = kLitellmListQuery,
     .handler = litellm_list},
    {.method = "POST",
     .pattern = "/key/block",
     .operation = "litellmBlock",
     .summary = "LiteLLM's: block a key",
     .role = Role::Keys,
     .form = Form::Litellm,
     .body = BodyKind::Object,
     .body_schema = "LitellmNamed",
     .answer_schema = "LitellmKey",
     .handler = litellm_block},
    {.method = "POST",
     .pattern = "/key/unblock",
     .operation = "litellmUnblock",
     .summary = "LiteLLM's: unblock a key",
     .role = Role::Keys,
     .form = Form::Litellm,
     .body = BodyKind::Object,
     .body_schema = "LitellmNamed",
     .answer_schema = "LitellmKey",
     .handler = litellm_unblock},
    {.method = "POST",
     .pattern = "/key/regenerate",
     .operation = "litellmRegenerateNamed",
     .summary = "LiteLLM's: a new secret",
     .role = Role::Keys,
     .form = Form::Litellm,
     .body = BodyKind::Object,
     .body_schema = "LitellmFields",
     .answer_schema = "LitellmKey",
     .handler = litellm_regenerate},
    {.method = "POST",
     .pattern = "/key/{key}/regenerate",
     .operation = "litellmRegenerate",
     .summary = "LiteLLM's: a new secret",
     .role = Role::Keys,
     .form = Form::Litellm,
     .body = BodyKind::ObjectOrNothing,
     .body_schema = "LitellmFields",
     .answer_schema = "LitellmKey",
     .handler = litellm_regenerate},
});

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string_view next_segment(std::string_view& path) {
  path.remove_prefix(1);  // the slash
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

/// What the braces of the pattern stand for; nothing: the path is not of this pattern.
std::optional<std::vector<std::string>> captured(std::string_view pattern, std::string_view path) {
  std::vector<std::string> out;
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = next_segment(pattern);
    const std::string_view rest = path.substr(1);
    std::string_view segment = next_segment(path);
    if (!wanted.starts_with('{')) {
      if (wanted != segment) return std::nullopt;
      continue;
    }
    if (wanted.ends_with("...}")) {
      segment = rest;
      path = {};
    }
    auto text = unescaped(segment);
    if (!text || text->empty()) return std::nullopt;
    out.push_back(*std::move(text));
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return out;
}

}  // namespace

std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    char byte = text.front();
    const bool escaped = byte == '%';
    if (escaped) {
      if (text.size() < 3 || hex_digit(text[1]) < 0 || hex_digit(text[2]) < 0) return std::nullopt;
      byte = static_cast<char>(hex_digit(text[1]) * 16 + hex_digit(text[2]));
    }
    text.remove_prefix(escaped ? 3 : 1);
    if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f) return std::nullopt;
    out.push_back(byte);
  }
  return out;
}

std::span<const Route> routes() {
  return kRoutes;
}

Matched match(std::string_view method, std::string_view path) {
  Matched out;
  if (!path.starts_with('/')) return out;
  for (const Route& route : kRoutes) {
    auto found = captured(route.pattern, path);
    if (!found) continue;
    const bool head = method == "HEAD" && route.method == "GET";
    if (out.route == nullptr && (route.method == method || head)) {
      out.route = &route;
      out.captured = *std::move(found);
    }
    if (out.allowed.find(route.method) == std::string::npos) {
      out.allowed.append(out.allowed.empty() ? "" : ", ").append(route.method);
    }
  }
  return out;
}

}  // namespace drover::gateway::admin
