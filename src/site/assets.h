/* assets -- the style and the script of the pages: the pages allow no other, and none inside them. */
#ifndef LT_SITE_ASSETS_H
#define LT_SITE_ASSETS_H

extern const char asset_style[]; /* text/css */
extern const char
    asset_live[]; /* text/javascript: a page renews itself; without it a button does */

#endif
