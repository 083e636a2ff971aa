#include "telemetry/log/log.h"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <memory>

#include "base/printable.h"

namespace drover::telemetry {
namespace {

/// Most lines that wait to be written; a further line replaces the oldest.
constexpr std::size_t kQueueLines = 8192;

struct Writer {
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
};

// The process has one standard error and so one writer. It is set before other threads start, and cleared after they
// ended.
std::atomic<Writer*> writer{nullptr};

}  // namespace

void start_log() {
  if (writer.load() != nullptr) return;
  auto made = std::make_unique<Writer>();
  made->pool = std::make_shared<spdlog::details::thread_pool>(kQueueLines, 1);
  made->logger = std::make_shared<spdlog::async_logger>("drover", std::make_shared<spdlog::sinks::stderr_sink_mt>(),
                                                        made->pool, spdlog::async_overflow_policy::overrun_oldest);
  made->logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  made->logger->set_error_handler([](const std::string&) {});  // a full disk or closed pipe is no reason to stop
  made->logger->flush_on(spdlog::level::info);
  writer.store(made.release());
}

void stop_log() {
  const std::unique_ptr<Writer> stopped(writer.exchange(nullptr));
}

void log(Level level, std::string_view line) {
  Writer* const to = writer.load(std::memory_order_acquire);
  if (to == nullptr) return;
  const auto severity = level == Level::Info      ? spdlog::level::info
                        : level == Level::Warning ? spdlog::level::warn
                                                  : spdlog::level::err;
  const std::string shown = printable(line);  // names in it may come from anywhere
  to->logger->log(severity, spdlog::string_view_t(shown.data(), shown.size()));
}

std::uint64_t dropped_log_lines() {
  Writer* const from = writer.load();
  return from == nullptr ? 0 : from->pool->overrun_counter();
}

}  // namespace drover::telemetry
