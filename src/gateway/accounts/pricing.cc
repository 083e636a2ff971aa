#include "gateway/accounts/pricing.h"

#include <algorithm>
#include <array>
#include <utility>

#include "config/environment.h"
#include "http/url.h"
#include "money/price_json.h"

namespace drover::gateway {
namespace {

/// Whose prices hold at a server, by the end of its host's name.
struct Vendor {
  std::string_view host;
  std::string_view name;
};
constexpr auto kVendors = std::to_array<Vendor>({{"openai.com", "openai"},
                                                 {"anthropic.com", "anthropic"},
                                                 {"generativelanguage.googleapis.com", "gemini"},
                                                 {"aiplatform.googleapis.com", "vertex"},
                                                 {"openai.azure.com", "azure"},
                                                 {"azure.com", "azure"},
                                                 {"amazonaws.com", "bedrock"},
                                                 {"mistral.ai", "mistral"},
                                                 {"deepseek.com", "deepseek"},
                                                 {"groq.com", "groq"},
                                                 {"x.ai", "xai"},
                                                 {"together.xyz", "together"},
                                                 {"perplexity.ai", "perplexity"},
                                                 {"cohere.com", "cohere"},
                                                 {"moonshot.ai", "moonshot"},
                                                 {"z.ai", "zai"},
                                                 {"cerebras.ai", "cerebras"}});

std::string vendor_of(const core::Server& server) {
  const auto url = http::parse_base_url(server.base_url);
  if (!url) return {};
  const std::string_view host = url->host;
  const auto found = std::ranges::find_if(kVendors, [&](const Vendor& vendor) {
    return host.ends_with(vendor.host) &&
           (host.size() == vendor.host.size() || host[host.size() - vendor.host.size() - 1] == '.');
  });
  return found == kVendors.end() ? std::string() : std::string(found->name);
}

constexpr std::array<money::Rate, config::kPriceFields.size()> kRateOfField = {
    money::Rate::Input,        money::Rate::Output,       money::Rate::CacheRead,
    money::Rate::CacheWrite5m, money::Rate::CacheWrite1h, money::Rate::Reasoning,
    money::Rate::AudioIn,      money::Rate::AudioOut,     money::Rate::Image};

money::Tier tier_of(dialect::ServiceTier tier) {
  switch (tier) {
    case dialect::ServiceTier::Standard: return money::Tier::Standard;
    case dialect::ServiceTier::Flex: return money::Tier::Flex;
    case dialect::ServiceTier::Priority: return money::Tier::Priority;
    case dialect::ServiceTier::Batch: return money::Tier::Batch;
  }
  return money::Tier::Standard;
}

Error unreadable(const std::string& file, std::string_view why) {
  return {
      .kind = ErrorKind::BadConfig, .code = "bad_prices", .message = "prices.file " + file + ": " + std::string(why)};
}

/// The built-in table is read once.
const money::PriceTable& builtin() {
  static const money::PriceTable table = money::PriceTable::builtin();
  return table;
}

/// The models of a file, over those that are built in.
Result<std::shared_ptr<const money::PriceTable>> read_table(const std::string& file) {
  if (file.empty()) return std::shared_ptr<const money::PriceTable>(std::shared_ptr<void>(), &builtin());
  const auto content = config::real_environment().read_file(file, money::kMostPriceBytes);
  if (!content) return fail(unreadable(file, content.error()));
  auto read = money::read_price_json(content->text);
  if (!read) return fail(unreadable(file, read.error().message));
  auto table = std::make_shared<money::PriceTable>(builtin());
  for (const auto& [vendor, models] : read->table.vendors()) {
    for (const auto& [model, prices] : models) table->put(vendor, model, prices);
  }
  table->set_version(read->table.version());
  return table;
}

}  // namespace

money::TokenCounts counts_of(const Amount& used, const dialect::Usage& usage) {
  const auto known = [](std::int64_t count) { return std::max<std::int64_t>(count, 0); };
  money::TokenCounts counts;
  counts.cache_read = known(usage.cached_tokens);
  counts.cache_write_1h = known(usage.cache_write_1h_tokens);
  counts.cache_write_5m = known(usage.cache_write_tokens - usage.cache_write_1h_tokens);
  counts.input_uncached =
      known(used.input_tokens.value - counts.cache_read - counts.cache_write_1h - counts.cache_write_5m);
  counts.output = known(used.output_tokens.value);
  counts.reasoning = std::min<std::int64_t>(known(usage.reasoning_tokens), counts.output);
  counts.audio_in = std::min<std::int64_t>(known(usage.audio_input_tokens), counts.input_uncached);
  counts.audio_out = std::min<std::int64_t>(known(usage.audio_output_tokens), counts.output);
  return counts;
}

money::NanoUsd Pricing::estimate(const Amount& amount) const {
  const auto cost = money::cost_of(prices, {.tokens = counts_of(amount, {})}, money::Tier::Standard);
  return cost ? cost->amount : money::NanoUsd{};
}

Result<std::unique_ptr<const Prices>> Prices::build(const config::Accounts& settings,
                                                    std::shared_ptr<const core::Plan> plan) {
  auto table = read_table(settings.prices_file);
  if (!table) return fail(std::move(table.error()));
  auto prices = std::make_unique<Prices>();
  prices->plan_ = std::move(plan);
  prices->charges_ = settings.charge;
  prices->overrides_ = settings.prices;
  prices->table_ = std::move(*table);
  prices->version_ = prices->table_->version() + (settings.prices.empty() ? "" : "+own");
  for (const core::Server& server : prices->plan_->servers) prices->vendors_.push_back(vendor_of(server));
  for (const core::Target& target : prices->plan_->targets) {
    prices->by_target_.push_back(target.model.empty() ? nullptr : prices->look_up(target, target.model));
  }
  return prices;
}

std::unique_ptr<const Pricing> Prices::look_up(const core::Target& target, std::string_view model) const {
  const std::string& provider = plan_->providers[target.provider.index()].name;
  auto pricing = std::make_unique<Pricing>();
  if (const auto found = table_->find(vendors_[target.server.index()], model)) pricing->prices = *found->prices;
  for (const config::PriceOverride& each : overrides_) {
    if (each.model != model && each.model != provider + "/" + std::string(model)) continue;
    for (std::size_t at = 0; at < kRateOfField.size(); ++at) {
      if (each.fields[at]) pricing->prices.part(money::Tier::Standard, 0).rates.set(kRateOfField[at], each.fields[at]);
    }
  }
  return pricing->prices.parts.empty() ? nullptr : std::move(pricing);
}

const Pricing* Prices::of(core::TargetId id, std::string_view asked) const {
  if (plan_ == nullptr) return nullptr;
  const core::Target& target = plan_->targets[id.index()];
  if (!target.model.empty()) return by_target_[id.index()].get();
  const std::string model = target.model_for(asked);
  std::string name = std::to_string(target.server.index()) + " " + model;
  const std::lock_guard lock(mutex_);
  const auto known = by_name_.find(name);
  if (known != by_name_.end()) return known->second.get();
  // Clients choose these names. What is handed out stays, so a table that is full takes no more.
  if (by_name_.size() >= kMostNames) return nullptr;
  return by_name_.emplace(std::move(name), look_up(target, model)).first->second.get();
}

Prices::Bill Prices::bill(std::string_view asked, const upstream::RunRecord& run) const {
  const upstream::AttemptRecord* const answer = run.answer();
  if (answer == nullptr) return {.charge = {.cost = money::NanoUsd{}, .source = store::CostSource::Priced}};
  Bill bill{.used = run.used, .charge = charge(answer->target, asked, run.used, run.usage)};
  if (charges_ == config::Charge::Winner) return bill;
  for (const upstream::AttemptRecord& attempt : run.attempts) {
    Amount spent;
    spent.input_tokens = Tokens{attempt.spent_input};
    spent.output_tokens = Tokens{attempt.spent_output};
    bill.used.input_tokens = bill.used.input_tokens + spent.input_tokens;
    bill.used.output_tokens = bill.used.output_tokens + spent.output_tokens;
    const Pricing* const pricing = of(attempt.target, asked);
    if (bill.charge.cost && pricing != nullptr) bill.charge.cost = *bill.charge.cost + pricing->estimate(spent);
  }
  return bill;
}

Charge Prices::charge(core::TargetId target, std::string_view asked, const Amount& used,
                      const dialect::Usage& usage) const {
  using Source = store::CostSource;
  if (usage.cost_nano_usd >= 0 && used.reported) {
    return {.cost = money::NanoUsd{usage.cost_nano_usd}, .source = Source::Provider, .version = {}};
  }
  const Pricing* const pricing = of(target, asked);
  if (pricing == nullptr) return {};
  const auto cost = money::cost_of(pricing->prices, {.tokens = counts_of(used, usage)}, tier_of(usage.tier));
  if (!cost) return {};
  return {.cost = cost->amount, .source = used.reported ? Source::Priced : Source::Estimated, .version = version_};
}

}  // namespace drover::gateway
