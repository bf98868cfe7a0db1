" Comments, :make, and mistakes while one types: each change of the text is checked, saved or not.
"   let g:logtally_program = '/opt/bin/logtally'   which program (default: logtally of the PATH)
"   let g:logtally_live = 0                        check only by :make and :LogtallyCheck
"   let g:logtally_together = 1                    all rules of the directory are checked together: events of another file are known
if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal comments=:; commentstring=;\ %s
compiler logtally
command! -buffer LogtallyCheck call logtally#check()

if get(g:, 'logtally_live', 1) && executable(logtally#program())
  augroup logtally
    autocmd! * <buffer>
    autocmd BufEnter,TextChanged,InsertLeave,CursorHoldI,BufWritePost <buffer> call logtally#check()
    autocmd CursorMoved <buffer> call logtally#say()
  augroup END
endif

let b:undo_ftplugin = 'setlocal comments< commentstring< makeprg< errorformat< | execute "autocmd! logtally * <buffer>"'
