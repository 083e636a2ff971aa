// The contents of ClientTls and ServerTls, for this room's own files.
#pragma once

#include <openssl/ssl.h>

#include <memory>

#include "net/tls/tls.h"
#include "net/tls/tls_resumption.h"

namespace drover::net {

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using ContextPtr = std::unique_ptr<SSL_CTX, FreeContext>;

class OpenSslClient final : public ClientTls {
 public:
  explicit OpenSslClient(ContextPtr context) : context_(std::move(context)) {}
  [[nodiscard]] SSL_CTX* context() const { return context_.get(); }
  [[nodiscard]] ResumableSessions& sessions() const { return sessions_; }

 private:
  ContextPtr context_;
  mutable ResumableSessions sessions_;
};

class OpenSslServer final : public ServerTls {
 public:
  explicit OpenSslServer(ContextPtr context) : context_(std::move(context)) {}
  [[nodiscard]] SSL_CTX* context() const { return context_.get(); }

 private:
  ContextPtr context_;
};

}  // namespace drover::net
