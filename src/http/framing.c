/* framing -- the headers as libmicrohttpd 0.9.75 tells them, which is not always as they came: a folded
 * line (RFC 9112 5.2: refuse it, or take it as a space) is glued to the *name* of the header before it,
 * so that "Transfer-Encoding:\r\n chunked" is a header Transfer-Encodingchunked with an empty value; and
 * a header without a name ends the head, so that the next one is a request of the method "NAME:". */
#include "config.h"

#include "http/framing.h"

#include <microhttpd.h>
#include <string.h>
#include <strings.h>

struct framing {
    unsigned hosts, lengths, encodings;
    bool chunked; /* all encodings are that */
    bool unusual; /* a name that is no token, a control character in a value */
    bool folded;  /* a header that counts here */
};

/* RFC 9110 5.6.2. "Content-Length : 5" is none: microhttpd would take it for another header. */
static bool is_token(const char *name)
{
    size_t n = 0;

    for (; name[n]; n++)
        if (name[n] <= ' ' || name[n] > '~' || strchr("\"(),/:;<=>?@[\\]{}", name[n]))
            return false;
    return n > 0;
}

/* RFC 9110 5.5; what came behind a NUL microhttpd does not tell. */
static bool has_control(const char *value)
{
    for (; value && *value; value++)
        if (((unsigned char)*value < ' ' && *value != '\t') || *value == '\x7f')
            return true;
    return false;
}

/* Is it that header? One that only begins so is it, too, with a folded line: no other begins so. */
static bool is_header(struct framing *f, const char *name, const char *which)
{
    size_t n = strlen(which);

    if (strncasecmp(name, which, n) != 0)
        return false;
    f->folded |= name[n] != '\0';
    return true;
}

static enum MHD_Result count_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                    const char *value)
{
    struct framing *f = cls;
    bool encoding = is_header(f, name, MHD_HTTP_HEADER_TRANSFER_ENCODING);

    (void)kind;
    f->hosts += is_header(f, name, MHD_HTTP_HEADER_HOST);
    f->lengths += is_header(f, name, MHD_HTTP_HEADER_CONTENT_LENGTH);
    f->encodings += encoding;
    f->chunked &= !encoding || (value && strcasecmp(value, "chunked") == 0);
    f->unusual |= !is_token(name) || has_control(value);
    return MHD_YES;
}

/* RFC 9112 3.2, 6.3. */
const char *framing_wrong(struct MHD_Connection *connection, const char *method,
                          const char *version)
{
    struct framing f = {.chunked = true};
    bool is_10 = strcmp(version, MHD_HTTP_VERSION_1_0) == 0;

    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, count_header, &f);
    if (!is_token(method))
        return "the method is no word";
    if (f.unusual)
        return "a header's name or value holds what it must not";
    if (f.folded)
        return "a header stands on two lines";
    if (f.encodings && (!f.chunked || is_10))
        return "the body's encoding is not chunked, or not of HTTP/1.1";
    if (f.hosts > 1 || (f.hosts == 0 && !is_10))
        return f.hosts ? "Host stands there twice" : "Host is missing";
    if (f.lengths > 1 || f.encodings > 1)
        return "the length of the body stands there twice";
    if (f.lengths && f.encodings)
        return "the body has a length and an encoding";
    return NULL;
}

bool framing_target_is_odd(const char *target)
{
    for (; *target; target++)
        if ((unsigned char)*target <= ' ' || *target == '\x7f')
            return true;
    return false;
}
