/*
 * https-server KIND: makes a certificate authority and a certificate by it, writes the authority to good.pem, listens on a free port of
 * 127.0.0.1, whose number it writes to the file `port`, and answers whoever asks. KIND is what is right or wrong with its certificate:
 * good, expired, or other-host.
 */
#include <arpa/inet.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/oid.h>
#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static mbedtls_entropy_context entropy;
static mbedtls_ctr_drbg_context drbg;

static void must(int status, const char *what) {
    char text[200];
    if (status >= 0)
        return;
    mbedtls_strerror(status, text, sizeof text);
    fprintf(stderr, "https-server: %s: %s\n", what, text);
    exit(1);
}

static void make_key(mbedtls_pk_context *key) {
    mbedtls_pk_init(key);
    must(mbedtls_pk_setup(key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)), "key");
    must(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(*key), mbedtls_ctr_drbg_random, &drbg), "key");
}

/* A certificate as PEM. An authority is its own issuer. */
static void make_certificate(char pem[4096], mbedtls_pk_context *subject, mbedtls_pk_context *issuer, const char *host, const char *until) {
    mbedtls_x509write_cert made;
    mbedtls_x509_san_list names = { .node = { .type = MBEDTLS_X509_SAN_DNS_NAME } };
    unsigned char serial = host ? 2 : 1;
    mbedtls_x509write_crt_init(&made);
    mbedtls_x509write_crt_set_version(&made, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(&made, MBEDTLS_MD_SHA256);
    mbedtls_x509write_crt_set_subject_key(&made, subject);
    mbedtls_x509write_crt_set_issuer_key(&made, issuer);
    must(mbedtls_x509write_crt_set_subject_name(&made, host ? "CN=server" : "CN=authority"), "subject");
    must(mbedtls_x509write_crt_set_issuer_name(&made, "CN=authority"), "issuer");
    must(mbedtls_x509write_crt_set_serial_raw(&made, &serial, 1), "serial number");
    must(mbedtls_x509write_crt_set_validity(&made, "20000101000000", until), "validity");
    must(mbedtls_x509write_crt_set_basic_constraints(&made, host == NULL, -1), "constraints");
    must(mbedtls_x509write_crt_set_subject_key_identifier(&made), "identifier");
    must(mbedtls_x509write_crt_set_authority_key_identifier(&made), "identifier");
    if (host) {
        names.node.san.unstructured_name.p = (unsigned char *)host;
        names.node.san.unstructured_name.len = strlen(host);
        must(mbedtls_x509write_crt_set_subject_alternative_name(&made, &names), "host");
    }
    must(mbedtls_x509write_crt_pem(&made, (unsigned char *)pem, 4096, mbedtls_ctr_drbg_random, &drbg), "certificate");
}

/* In one piece, or a reader might see the file before its text. */
static void write_file(const char *path, const char *text) {
    FILE *file = fopen("new", "w");
    if (!file || fputs(text, file) < 0 || fclose(file) || rename("new", path))
        exit(1);
}

static int listen_somewhere(void) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof address;
    char port[10];
    int listening = socket(AF_INET, SOCK_STREAM, 0);
    if (listening < 0 || bind(listening, (struct sockaddr *)&address, length) || listen(listening, 5) ||
        getsockname(listening, (struct sockaddr *)&address, &length))
        exit(1);
    snprintf(port, sizeof port, "%d", ntohs(address.sin_port));
    write_file("port", port);
    return listening;
}

static void answer(mbedtls_ssl_config *config, mbedtls_net_context *client) {
    static const char page[] = "HTTP/1.0 200 OK\r\nContent-Length: 11\r\n\r\nover https\n";
    unsigned char request[4096];
    mbedtls_ssl_context tls;
    mbedtls_ssl_init(&tls);
    must(mbedtls_ssl_setup(&tls, config), "TLS");
    mbedtls_ssl_set_bio(&tls, client, mbedtls_net_send, mbedtls_net_recv, NULL);
    /* Whoever refuses the certificate goes away, which is no error here. */
    if (mbedtls_ssl_handshake(&tls) == 0 && mbedtls_ssl_read(&tls, request, sizeof request) > 0) {
        mbedtls_ssl_write(&tls, (const unsigned char *)page, sizeof page - 1);
        mbedtls_ssl_close_notify(&tls);
    }
    mbedtls_ssl_free(&tls);
    mbedtls_net_free(client);
}

int main(int count, char **words) {
    const char *kind = count == 2 ? words[1] : "";
    mbedtls_pk_context authority, key;
    mbedtls_x509_crt chain;
    mbedtls_ssl_config config;
    mbedtls_net_context listening, client;
    char pem[4096];

    mbedtls_entropy_init(&entropy);
    mbedtls_ctr_drbg_init(&drbg);
    must(mbedtls_ctr_drbg_seed(&drbg, mbedtls_entropy_func, &entropy, NULL, 0), "random numbers");
    must(psa_crypto_init(), "PSA");
    make_key(&authority);
    make_key(&key);

    make_certificate(pem, &authority, &authority, NULL, "20991231235959");
    write_file("good.pem", pem);
    make_certificate(pem, &key, &authority, strcmp(kind, "other-host") ? "localhost" : "elsewhere",
                     strcmp(kind, "expired") ? "20991231235959" : "20010101000000");
    mbedtls_x509_crt_init(&chain);
    must(mbedtls_x509_crt_parse(&chain, (unsigned char *)pem, strlen(pem) + 1), "certificate");

    mbedtls_ssl_config_init(&config);
    must(mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT), "TLS");
    mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &drbg);
    must(mbedtls_ssl_conf_own_cert(&config, &chain, &key), "certificate");

    mbedtls_net_init(&listening);
    listening.fd = listen_somewhere();
    for (;;) {
        mbedtls_net_init(&client);
        must(mbedtls_net_accept(&listening, &client, NULL, 0, NULL), "accept");
        answer(&config, &client);
    }
}
