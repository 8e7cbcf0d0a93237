// A library for LD_PRELOAD: a program that would listen on every interface listens on loopback.
//
// DynamoDB Local has no option for that. The functions do not get it: the engine builds their environment anew.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static const struct in6_addr mapped_loopback = {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1}}};

int bind(int socket, const struct sockaddr *address, socklen_t length) {
    static int (*real_bind)(int, const struct sockaddr *, socklen_t);
    if (real_bind == NULL)
        real_bind = (int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "bind");

    if (address != NULL && address->sa_family == AF_INET && length >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in ipv4;
        memcpy(&ipv4, address, sizeof ipv4);
        if (ipv4.sin_addr.s_addr == htonl(INADDR_ANY)) {
            ipv4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            return real_bind(socket, (const struct sockaddr *)&ipv4, sizeof ipv4);
        }
    }
    if (address != NULL && address->sa_family == AF_INET6 && length >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 ipv6;
        memcpy(&ipv6, address, sizeof ipv6);
        if (IN6_IS_ADDR_UNSPECIFIED(&ipv6.sin6_addr)) {
            int is_ipv6_only = 0;
            socklen_t size = sizeof is_ipv6_only;
            getsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &is_ipv6_only, &size);
            // Clients reach a socket for both protocols by IPv4.
            ipv6.sin6_addr = is_ipv6_only ? in6addr_loopback : mapped_loopback;
            return real_bind(socket, (const struct sockaddr *)&ipv6, sizeof ipv6);
        }
    }
    return real_bind(socket, address, length);
}
