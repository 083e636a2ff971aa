#include "config/import/known_services.h"

#include <algorithm>
#include <array>

namespace drover::config::litellm {
namespace {

/// From the providers' own documentation of their compatible endpoints.
constexpr auto kServices = std::to_array<Service>({
    {"openai", Shape::OpenAi, "https://api.openai.com/v1", "OPENAI_API_KEY"},
    {"text-completion-openai", Shape::OpenAi, "https://api.openai.com/v1", "OPENAI_API_KEY"},
    {"custom_openai", Shape::OpenAi, "", ""},
    {"openai_like", Shape::OpenAi, "", ""},
    {"anthropic", Shape::Anthropic, "https://api.anthropic.com", "ANTHROPIC_API_KEY"},
    {"anthropic_text", Shape::Anthropic, "https://api.anthropic.com", "ANTHROPIC_API_KEY"},
    {"azure", Shape::Azure, "", "AZURE_API_KEY"},
    {"azure_text", Shape::Azure, "", "AZURE_API_KEY"},
    {"azure_ai", Shape::Azure, "", "AZURE_AI_API_KEY"},
    {"gemini", Shape::OpenAi, "https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY"},
    {"groq", Shape::OpenAi, "https://api.groq.com/openai/v1", "GROQ_API_KEY"},
    {"mistral", Shape::OpenAi, "https://api.mistral.ai/v1", "MISTRAL_API_KEY"},
    {"codestral", Shape::OpenAi, "https://codestral.mistral.ai/v1", "CODESTRAL_API_KEY"},
    {"deepseek", Shape::OpenAi, "https://api.deepseek.com", "DEEPSEEK_API_KEY"},
    {"together_ai", Shape::OpenAi, "https://api.together.xyz/v1", "TOGETHERAI_API_KEY"},
    {"fireworks_ai", Shape::OpenAi, "https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"},
    {"openrouter", Shape::OpenAi, "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"},
    {"perplexity", Shape::OpenAi, "https://api.perplexity.ai", "PERPLEXITYAI_API_KEY"},
    {"xai", Shape::OpenAi, "https://api.x.ai/v1", "XAI_API_KEY"},
    {"deepinfra", Shape::OpenAi, "https://api.deepinfra.com/v1/openai", "DEEPINFRA_API_KEY"},
    {"cerebras", Shape::OpenAi, "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY"},
    {"nvidia_nim", Shape::OpenAi, "https://integrate.api.nvidia.com/v1", "NVIDIA_NIM_API_KEY"},
    {"sambanova", Shape::OpenAi, "https://api.sambanova.ai/v1", "SAMBANOVA_API_KEY"},
    {"novita", Shape::OpenAi, "https://api.novita.ai/v3/openai", "NOVITA_API_KEY"},
    {"cohere", Shape::OpenAi, "https://api.cohere.ai/compatibility/v1", "COHERE_API_KEY"},
    {"cohere_chat", Shape::OpenAi, "https://api.cohere.ai/compatibility/v1", "COHERE_API_KEY"},
    {"huggingface", Shape::OpenAi, "https://router.huggingface.co/v1", "HUGGINGFACE_API_KEY"},
    {"github", Shape::OpenAi, "https://models.github.ai/inference", "GITHUB_API_KEY"},
    {"dashscope", Shape::OpenAi, "https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "DASHSCOPE_API_KEY"},
    {"moonshot", Shape::OpenAi, "https://api.moonshot.ai/v1", "MOONSHOT_API_KEY"},
    {"zai", Shape::OpenAi, "https://api.z.ai/api/paas/v4", "ZAI_API_KEY"},
    {"minimax", Shape::OpenAi, "https://api.minimax.io/v1", "MINIMAX_API_KEY"},
    {"volcengine", Shape::OpenAi, "https://ark.cn-beijing.volces.com/api/v3", "VOLCENGINE_API_KEY"},
    {"hyperbolic", Shape::OpenAi, "https://api.hyperbolic.xyz/v1", "HYPERBOLIC_API_KEY"},
    {"nebius", Shape::OpenAi, "https://api.studio.nebius.ai/v1", "NEBIUS_API_KEY"},
    {"lambda_ai", Shape::OpenAi, "https://api.lambda.ai/v1", "LAMBDA_API_KEY"},
    {"featherless_ai", Shape::OpenAi, "https://api.featherless.ai/v1", "FEATHERLESS_AI_API_KEY"},
    {"vercel_ai_gateway", Shape::OpenAi, "https://ai-gateway.vercel.sh/v1", "VERCEL_AI_GATEWAY_API_KEY"},
    {"voyage", Shape::OpenAi, "https://api.voyageai.com/v1", "VOYAGE_API_KEY"},
    {"jina_ai", Shape::OpenAi, "https://api.jina.ai/v1", "JINA_AI_API_KEY"},
    {"databricks", Shape::OpenAi, "", "DATABRICKS_API_KEY"},
    {"litellm_proxy", Shape::OpenAi, "", "LITELLM_PROXY_API_KEY"},
    {"hosted_vllm", Shape::OpenAi, "", ""},
    {"vllm", Shape::OpenAi, "", ""},
    {"xinference", Shape::OpenAi, "http://127.0.0.1:9997/v1", ""},
    {"lm_studio", Shape::OpenAi, "http://127.0.0.1:1234/v1", ""},
    {"llamafile", Shape::OpenAi, "http://127.0.0.1:8080/v1", ""},
    {"docker_model_runner", Shape::OpenAi, "http://localhost:22088/engines/llama.cpp/v1", ""},
    {"infinity", Shape::OpenAi, "", ""},
    {"ollama", Shape::Ollama, "http://localhost:11434", ""},
    {"ollama_chat", Shape::Ollama, "http://localhost:11434", ""},
    {"bedrock", Shape::Foreign, "", ""},
    {"bedrock_converse", Shape::Foreign, "", ""},
    {"sagemaker", Shape::Foreign, "", ""},
    {"sagemaker_chat", Shape::Foreign, "", ""},
    {"vertex_ai", Shape::Foreign, "", ""},
    {"vertex_ai_beta", Shape::Foreign, "", ""},
    {"watsonx", Shape::Foreign, "", ""},
    {"cloudflare", Shape::Foreign, "", ""},
    {"replicate", Shape::Foreign, "", ""},
    {"aleph_alpha", Shape::Foreign, "", ""},
    {"predibase", Shape::Foreign, "", ""},
    {"nlp_cloud", Shape::Foreign, "", ""},
    {"petals", Shape::Foreign, "", ""},
    {"palm", Shape::Foreign, "", ""},
    {"oci", Shape::Foreign, "", ""},
    {"snowflake", Shape::Foreign, "", ""},
    {"triton", Shape::Foreign, "", ""},
    {"github_copilot", Shape::Foreign, "", ""},
    {"auto_router", Shape::Foreign, "", ""},
});

struct Family {
  std::string_view beginning;
  std::string_view word;
};
constexpr auto kFamilies = std::to_array<Family>({{"gpt-", "openai"},
                                                  {"chatgpt-", "openai"},
                                                  {"o1", "openai"},
                                                  {"o3", "openai"},
                                                  {"o4", "openai"},
                                                  {"ft:", "openai"},
                                                  {"text-embedding-", "openai"},
                                                  {"text-moderation", "openai"},
                                                  {"omni-moderation", "openai"},
                                                  {"dall-e", "openai"},
                                                  {"whisper-", "openai"},
                                                  {"tts-", "openai"},
                                                  {"davinci-", "openai"},
                                                  {"babbage-", "openai"},
                                                  {"claude-", "anthropic"},
                                                  {"command-", "cohere"},
                                                  {"gemini-", "vertex_ai"}});

}  // namespace

const Service* service(std::string_view word) {
  const auto found = std::ranges::find(kServices, word, &Service::word);
  return found == kServices.end() ? nullptr : &*found;
}

const Service* service_of_model(std::string_view model) {
  for (const Family& family : kFamilies) {
    if (model.starts_with(family.beginning)) return service(family.word);
  }
  return model == "*" ? service("openai") : nullptr;
}

}  // namespace drover::config::litellm
