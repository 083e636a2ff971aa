"""nginx as Debian has it: upstream connections kept alive, one line of log per request, written 64 KiB at a time."""

NAME = "nginx"
PROGRAM = "nginx"


def start(case):
    """Writes the configuration for `case` (see run.py) and returns the command."""
    scheme = "https" if case.tls else "http"
    log = f"access_log {case.log} combined buffer=64k" if case.log else "access_log off"
    servers = "\n".join(f"    server 127.0.0.1:{port} max_fails=1 fail_timeout=10s;" for port in case.upstreams)
    trust = f"proxy_ssl_verify on; proxy_ssl_trusted_certificate {case.tls}; proxy_ssl_name localhost;" if case.tls else ""
    case.write("nginx.conf", f"""
worker_processes {case.threads};
worker_rlimit_nofile 65536;
daemon off;
pid {case.folder}/nginx.pid;
error_log {case.folder}/nginx-error.log crit;
events {{ worker_connections 32768; multi_accept on; }}
http {{
  {log};
  keepalive_requests 1000000000;
  client_max_body_size 64m;
  client_body_buffer_size 1m;
  client_body_temp_path {case.folder}/nginx-body;
  proxy_temp_path {case.folder}/nginx-proxy;
  upstream bench {{
{servers}
    keepalive 2000;
    keepalive_requests 1000000000;
  }}
  server {{
    listen 127.0.0.1:{case.port} reuseport backlog=4096;
    location / {{
      proxy_pass {scheme}://bench;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering {"off" if case.streams else "on"};
      proxy_read_timeout 1h;
      proxy_next_upstream error timeout non_idempotent;
      {trust}
    }}
  }}
}}
""")
    return [PROGRAM, "-e", f"{case.folder}/nginx-error.log", "-c", f"{case.folder}/nginx.conf"]
