"""Who may include whom: the room table as data. ARCHITECTURE.md tells it in prose (tests/docs compares the two); CMake enforces
the first column by what each room's library can see (check.py compares). This copy adds the third-party column and the
sentences that help."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Room:
    rooms: frozenset = frozenset()
    libraries: frozenset = frozenset()
    pure: bool = False
    """Reads no clock, does no input or output, starts no thread."""


def room(rooms="", libraries="", pure=False):
    return Room(frozenset(rooms.split()), frozenset(libraries.split()), pure)


# Asio's awaitable and buffers show in net's headers, so a room that may include net may include Asio.
ROOMS = {
    "base": room(pure=True),
    "core": room("base", pure=True),
    "http": room("base", "beast zlib zstd", pure=True),
    "dialect": room("base http", "simdjson boost-json", pure=True),
    "translate": room("base http dialect", pure=True),
    "config": room("base core", "yaml-cpp"),
    "money": room("base", "date", pure=True),
    "directory": room("base money"),
    "net": room("base http", "asio openssl c-ares"),
    "store": room("base money directory", "sqlite libpq boost-json"),
    "telemetry": room("base core", "prometheus spdlog"),
    "upstream": room("base core http dialect translate net telemetry", "asio"),
    "gateway": room("base core http dialect translate config money directory store net upstream telemetry", "asio boost-json"),
    "client": room("base core http dialect net upstream telemetry config", "asio"),
    "console": room("base core http dialect net upstream", "asio boost-json"),
    "mock": room("base http dialect net", "asio boost-json"),
    "sim": room("base core", pure=True),
    "demo": room("base core http config net upstream telemetry gateway mock", "asio boost-json"),
    "cli": room("base core http dialect config money directory store net upstream telemetry gateway console client mock sim demo translate", "cli11"),
}

# How an #include names a library.
LIBRARIES = (
    ("boost/asio", "asio"),
    ("boost/beast", "beast"),
    ("boost/json", "boost-json"),
    ("openssl/", "openssl"),
    ("zlib.h", "zlib"),
    ("zstd.h", "zstd"),
    ("ares", "c-ares"),
    ("simdjson", "simdjson"),
    ("yaml-cpp/", "yaml-cpp"),
    ("spdlog/", "spdlog"),
    ("fmt/", "spdlog"),
    ("prometheus/", "prometheus"),
    ("CLI/", "cli11"),
    ("date/", "date"),
    ("sqlite3.h", "sqlite"),
    ("libpq-fe.h", "libpq"),
    ("postgresql/", "libpq"),
)

# Part of every library that brings them: an error code is not a dependency of its own.
SHARED_BOOST = ("boost/system/", "boost/asio", "boost/beast", "boost/json", "boost/utility/string_view", "boost/core/")

# Only tests, benchmarks and fuzz targets may include these.
TEST_LIBRARIES = ("gtest/", "gmock/", "benchmark/")

# What would have been right, by what was included.
ADVICE = {
    "asio": "pass time in as Instant and results in as values; waiting belongs to net",
    "zstd": "compressed bodies are read by http::ContentDecoder",
    "zlib": "compressed bodies are read by http::ContentDecoder",
    "openssl": "TLS stays behind net's streams",
    "c-ares": "names are resolved by net::Resolver",
    "simdjson": "JSON is read in dialect; ask it for an Inspection",
    "boost-json": "JSON is built in dialect, store, gateway, console, mock and demo",
    "beast": "heads are parsed in http; use http::RequestHeadReader",
    "yaml-cpp": "YAML is read in config; use its Settings",
    "spdlog": "record it through telemetry",
    "prometheus": "count it through telemetry",
    "cli11": "the command line is read in cli",
    "date": "time zones are money's: use its windows",
    "sqlite": "databases are spoken to in store",
    "libpq": "databases are spoken to in store",
}

# What a pure room may not say, and what it says instead.
IMPURE = (
    (r"\b(steady_clock|system_clock|high_resolution_clock)::now\b", "reads a clock; take `Instant now` as an argument"),
    (r"\bstd::random_device\b", "draws from the machine; take `Random&` as an argument"),
    (r"\bstd::j?thread\b", "starts a thread; whoever drives this room owns the threads"),
    (r"\bstd::(mutex|shared_mutex|recursive_mutex|condition_variable)\b", "locks; a pure object has one owner, who guards it"),
    (r"\bstd::(ifstream|ofstream|fstream)\b", "does file input or output; take the bytes as an argument"),
    (r"\bstd::(cout|cerr|clog)\b", "prints; return the text"),
    (r"\b(gettimeofday|clock_gettime|time\(nullptr\)|time\(NULL\))", "reads a clock; take `Instant now` as an argument"),
)

# What no source of ours may hold, and what to do instead.
FORBIDDEN = (
    (r"\bTODO\b|\bFIXME\b|\bXXX\b", "an open end; finish it or open an issue"),
    (r"\bNOLINT", "a silenced warning; change the code so that it does not warn"),
    (r"\bDISABLED_", "a switched-off test; repair it or remove it"),
    (r"\bsleep_for\b|\bthis_thread::sleep_until\b|\busleep\s*\(", "a sleep; wait for the event itself, with a deadline"),
    (r"#\s*pragma\s+GCC\s+diagnostic\s+ignored", "a silenced warning; change the code so that it does not warn"),
)

MAX_LINES = 500

# More files than this in one folder are not looked through but searched: then it is split by what its files own.
MAX_FILES = 25
