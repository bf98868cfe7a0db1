" :make checks the file and fills the quickfix list, to the column.
if exists('current_compiler')
  finish
endif
let current_compiler = 'logtally'

let &l:makeprg = logtally#program() . ' check --columns ' . logtally#arguments('%:S')
" A sentence a line; the lines of a regex and its caret, and the sum at the end, are left out.
setlocal errorformat=%W%f:%l:%c:\ warning:\ %m
setlocal errorformat+=%I%f:%l:%c:\ advice:\ %m
setlocal errorformat+=%E%f:%l:%c:\ %m
setlocal errorformat+=%-G%.%#
