#include "gateway/admin/api/openapi.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "gateway/admin/api/fields.h"
#include "gateway/admin/api/litellm/litellm_fields.h"
#include "gateway/admin/api/routes.h"

namespace drover::gateway::admin {
namespace {

namespace json = boost::json;

/// Schemas that no table of fields describes.
struct Schema {
  std::string_view name;
  std::string_view text;
};
constexpr auto kSchemas = std::to_array<Schema>({
    {"Limit", R"({"type":"object","required":["unit","amount"],"additionalProperties":false,"properties":{
      "unit":{"enum":["requests","tokens_in","tokens_out","tokens","usd","concurrent"]},
      "amount":{"anyOf":[{"type":"number","minimum":0},{"type":"string","pattern":"^[0-9]+(\\.[0-9]{1,9})?$"}],
        "description":"Dollars for usd, also as text; else a whole number."},
      "window":{"type":["string","null"],
        "description":"1m, 24h, 30d (rolling); hour, day, week, month, quarter, year, also with a time zone (month Asia/Bangkok); total. Not for concurrent."},
      "action":{"enum":["refuse","tell",null]},
      "models":{"type":["array","null"],"items":{"type":"string"}}}})"},
    {"Increase", R"({"type":"object","required":["amount"],"additionalProperties":false,"properties":{
      "amount":{"anyOf":[{"type":"number","minimum":0},{"type":"string"}]},
      "until":{"type":["string","null"],"format":"date-time"},
      "for":{"type":["string","null"],"description":"Instead of until: a span such as 7d."}}})"},
    {"Rotation", R"({"type":"object","additionalProperties":false,"properties":{
      "grace":{"type":["string","null"],"description":"How long the old secret works: 0s to 90d; without it 24h."}}})"},
    {"AuditEntry", R"({"type":"object","properties":{"number":{"type":"integer"},"at":{"type":"string"},
      "who":{"type":"string"},"what":{"type":"string"},"object":{"type":"string"},
      "before":{"type":["object","null"]},"after":{"type":["object","null"]}}})"},
    {"Fault", R"({"type":"object","required":["error"],"properties":{"error":{"type":"object",
      "required":["type","message"],"properties":{"type":{"type":"string"},"message":{"type":"string"},
      "field":{"type":["string","null"]},"param":{"type":["string","null"]},"code":{"type":"string"}}}}})"},
    {"LitellmKey", R"({"type":"object","required":["token"],"properties":{"key":{"type":["string","null"]},
      "token":{"type":"string"},"key_alias":{"type":"string"}}})"},
    {"LitellmNamed", R"({"type":"object","required":["key"],"properties":{"key":{"type":"string"}}})"},
    {"LitellmDelete", R"({"type":"object","additionalProperties":false,"properties":{
      "keys":{"type":["array","null"],"items":{"type":"string"}},
      "key_aliases":{"type":["array","null"],"items":{"type":"string"}}}})"},
    {"LitellmDeleted", R"({"type":"object","properties":{"deleted_keys":{"type":"array","items":{"type":"string"}}}})"},
    {"LitellmInfo", R"({"type":"object","properties":{"key":{"type":"string"},"info":{"type":"object"}}})"},
    {"LitellmList", R"({"type":"object","properties":{"keys":{"type":"array"},"total_count":{"type":"integer"},
      "current_page":{"type":"integer"},"total_pages":{"type":"integer"}}})"},
});

json::value parsed(std::string_view text) {
  boost::system::error_code trouble;
  return json::parse(json::string_view(text.data(), text.size()), trouble);
}

json::object reference(std::string_view schema) {
  return {{"$ref", "#/components/schemas/" + std::string(schema)}};
}

enum class Side : std::uint8_t { Asked, Answered };

/// The object of a table's fields: those that can be set, or those that are answered.
template <class Fields>
json::object object_schema(const Fields& fields, Side side) {
  json::object properties;
  for (const auto& field : fields) {
    const bool there = side == Side::Asked ? field.read != nullptr : field.write != nullptr;
    if (!there) continue;
    json::value schema = parsed(field.schema);
    const bool clears = side == Side::Asked && field.clear != nullptr;
    json::object& object = schema.as_object();
    if (clears && object.contains("type") && object["type"].is_string()) {
      object["type"] = json::array{object["type"], "null"};
    }
    object["description"] = field.about;
    properties[field.name] = std::move(schema);
  }
  json::object out{{"type", "object"}, {"properties", std::move(properties)}};
  if (side == Side::Asked) out["additionalProperties"] = false;
  return out;
}

json::object list_of(std::string_view schema) {
  json::object properties{{"object", {{"type", "string"}}},
                          {"data", {{"type", "array"}, {"items", reference(schema)}}},
                          {"has_more", {{"type", "boolean"}}},
                          {"next", {{"type", {"string", "integer", "null"}}}}};
  return {{"type", "object"}, {"properties", std::move(properties)}};
}

json::object schemas() {
  json::object out;
  for (const Schema& schema : kSchemas) out[schema.name] = parsed(schema.text);
  out["Key"] = object_schema(key_fields(), Side::Answered);
  out["KeyFields"] = object_schema(key_fields(), Side::Asked);
  json::object secret = object_schema(key_fields(), Side::Answered);
  secret["properties"].as_object()["secret"] = {{"type", {"string", "null"}},
                                                {"description", "The key itself. It is told once."}};
  out["KeyWithSecret"] = std::move(secret);
  out["Principal"] = object_schema(principal_fields(), Side::Answered);
  out["PrincipalFields"] = object_schema(principal_fields(), Side::Asked);
  out["KeyList"] = list_of("Key");
  out["PrincipalList"] = list_of("Principal");
  out["AuditList"] = list_of("AuditEntry");
  json::object litellm;
  for (const std::string_view name : litellm_field_names()) litellm[name] = json::object();
  litellm["key"] = {{"type", "string"}};
  litellm["grace_period"] = {{"type", {"string", "null"}}};
  out["LitellmFields"] = {{"type", "object"}, {"properties", std::move(litellm)}};
  return out;
}

json::object answer(std::string_view about, std::string_view schema) {
  return {{"description", about}, {"content", {{"application/json", {{"schema", reference(schema)}}}}}};
}

/// "{path...}" of a pattern is "{path}" in OpenAPI.
std::string openapi_path(std::string_view pattern) {
  std::string path(pattern);
  if (const std::size_t dots = path.find("...}"); dots != std::string::npos) path.erase(dots, 3);
  return path;
}

json::object header(std::string_view name, std::string_view about) {
  return {{"name", name}, {"in", "header"}, {"description", about}, {"schema", {{"type", "string"}}}};
}

json::array parameters_of(const Route& route) {
  json::array out;
  const std::string path = openapi_path(route.pattern);
  for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{', at + 1)) {
    out.push_back({{"name", path.substr(at + 1, path.find('}', at) - at - 1)},
                   {"in", "path"},
                   {"required", true},
                   {"schema", {{"type", "string"}, {"minLength", 1}}}});
  }
  for (const Parameter& each : route.query) {
    out.push_back({{"name", each.name}, {"in", "query"}, {"description", each.about}, {"schema", parsed(each.schema)}});
  }
  if (route.role != Role::Read) {
    out.push_back(header("Idempotency-Key", "The same call with the same value is done once."));
    out.push_back(header("If-Match", "Only when the record still has this ETag; else 412."));
  }
  return out;
}

json::object operation_of(const Route& route) {
  json::object responses{{std::to_string(route.success), answer("Done.", route.answer_schema)}};
  struct Refusal {
    std::string_view status;
    std::string_view about;
  };
  constexpr auto kRefusals = std::to_array<Refusal>({{"400", "The call is wrong; `field` says where."},
                                                     {"401", "No admin token, or a wrong one."},
                                                     {"403", "The role of the token does not allow it."},
                                                     {"404", "There is no such record."},
                                                     {"409", "Another change came first, or a name is taken."},
                                                     {"412", "If-Match names another version."},
                                                     {"413", "The body is too large."},
                                                     {"422", "The Idempotency-Key was used for another call."},
                                                     {"503", "The store cannot be asked now."}});
  for (const Refusal& each : kRefusals) responses[each.status] = answer(each.about, "Fault");
  json::object out{{"operationId", route.operation},
                   {"summary", route.summary},
                   {"description", "Needs an admin token of the role `" + std::string(to_string(route.role)) + "`."},
                   {"tags", {route.form == Form::Own ? "drover" : "LiteLLM"}},
                   {"parameters", parameters_of(route)},
                   {"responses", std::move(responses)}};
  if (route.body != BodyKind::None) {
    out["requestBody"] = {{"required", route.body == BodyKind::Object},
                          {"content", {{"application/json", {{"schema", reference(route.body_schema)}}}}}};
  }
  return out;
}

std::string written() {
  json::object paths;
  for (const Route& route : routes()) {
    std::string method(route.method);
    std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c - 'A' + 'a'); });
    json::value& path = paths[openapi_path(route.pattern)];
    if (!path.is_object()) path = json::object();
    path.as_object()[method] = operation_of(route);
  }
  json::object document{
      {"openapi", "3.1.0"},
      {"info", {{"title", "drover admin API"}, {"version", "1"}}},
      {"security", json::array{json::object{{"token", json::array()}}}},
      {"paths", std::move(paths)},
      {"components",
       {{"schemas", schemas()}, {"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}}}}};
  return json::serialize(document) + "\n";
}

}  // namespace

const std::string& openapi_text() {
  static const std::string text = written();
  return text;
}

}  // namespace drover::gateway::admin
