"""HAProxy as Debian has it: connections shared, failed requests tried again elsewhere, one line of log per request.

It logs to a socket only: a line goes to a ring that is written to standard error, which the bench sends to a file."""

import resource

NAME = "haproxy"
PROGRAM = "haproxy"


def start(case):
    tls = f" ssl ca-file {case.tls} verify required verifyhost localhost" if case.tls else ""
    log = "log stderr format raw local0\n  option httplog" if case.log else "no log"
    check = " check inter 1s fall 1" if len(case.upstreams) > 1 else ""
    servers = "\n".join(f"  server s{port} 127.0.0.1:{port}{tls}{check}" for port in case.upstreams)
    case.write("haproxy.cfg", f"""
global
  maxconn {(resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 500) // 2}
  nbthread {case.threads}
  no numa-cpu-mapping
  tune.maxaccept 64
defaults
  mode http
  {log}
  timeout connect 3s
  timeout client 1h
  timeout server 1h
  http-reuse always
  {"option http-no-delay" if case.streams else ""}
  retries 3
  retry-on all-retryable-errors
  option redispatch 1
frontend in
  bind 127.0.0.1:{case.port} backlog 4096
  default_backend out
backend out
  balance roundrobin
{servers}
""")
    return [PROGRAM, "-f", f"{case.folder}/haproxy.cfg", "-db"]
