" A file is logtally's if it has one of its sections; many a program has a [server], so those do not count alone.
autocmd BufNewFile,BufRead logtally*.ini setlocal filetype=logtally
autocmd BufRead *.ini if search('\v^\[\s*(log|event|span|counter|gauge|histogram)\s+\h[^]]*\]', 'nw')
      \ || search('\v^\[\s*patterns\s*\]', 'nw') | setlocal filetype=logtally | endif
