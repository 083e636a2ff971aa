// The settings of the program's heap when it is linked with jemalloc; without jemalloc nothing reads them.
//
// A burst of TLS handshakes takes three buffers of 16 to 22 KiB for each connection and frees them. With glibc's heap
// they leave holes between blocks that stay, so their pages stay too: an idle stream took half as much memory again.
// jemalloc keeps sizes apart, and a thread of its own gives pages back that were free for a while. The allocator finds
// this object by its name.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0";
}
