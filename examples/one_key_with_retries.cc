// Method one: a single key, asked again after 0.5, 1 and 2 s when the provider fails.
//
//   one_key_with_retries https://api.holysheep.ai/v1 "$HOLYSHEEP_API_KEY" gpt-6-luna
#include <drover/client.h>

#include <iostream>

int main(int argc, char** argv) {
  if (argc != 4) return std::cerr << "usage: one_key_with_retries BASE_URL KEY MODEL\n", 2;
  drover::ProviderOptions provider;
  provider.name = "only";
  provider.servers = {argv[1]};
  provider.keys = {argv[2]};

  drover::Options options;
  options.providers = {provider};
  options.model = argv[3];
  options.retry.same_target = 3;
  options.retry.backoff = "500ms";
  options.retry.multiplier = 2;
  options.retry.jitter = "none";
  options.retry.budget = "100%";

  auto client = drover::Client::create(options);
  if (!client) return std::cerr << client.error().message << "\n", 1;
  const auto reply = client->chat("Say hello in one sentence.");
  if (!reply) return std::cerr << reply.error().to_string() << "\n", 1;
  std::cout << reply->text << "\n(" << reply->origin.attempts << " attempts)\n";
}
