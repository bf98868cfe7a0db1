" Asks `logtally check --json` about the text as it stands in the buffer, and shows what it says: in the location list,
" underlined in the text from the first column to the last, and below it when the cursor comes by.

function! logtally#program() abort
  return get(g:, 'logtally_program', 'logtally')
endfunction

" What to check. A configuration is one that has a section no rules file may have; its rules come with it.
function! logtally#arguments(file) abort
  let l:configuration = search('\v^\[\s*(server|state|limits|metrics|rules)\s*\]', 'nw')
  return l:configuration ? '-c ' . a:file : a:file
endfunction

" The rules beside it; its text comes from elsewhere.
function! s:others(path) abort
  if !get(g:, 'logtally_together', 0)
    return ''
  endif
  let l:all = filter(glob(fnamemodify(a:path, ':h') . '/*.ini', 1, 1), {_, f -> fnamemodify(f, ':p') !=# a:path})
  return join(map(l:all, {_, f -> ' ' . shellescape(f)}), '')
endfunction

" The text lies beside the file meanwhile, under a name that no glob of rules matches: what it names is relative to it.
function! logtally#check() abort
  let l:path = expand('%:p')
  if l:path ==# '' || &buftype !=# '' || get(b:, 'logtally_tick', -1) == b:changedtick
    return
  endif
  let b:logtally_tick = b:changedtick
  let l:copy = fnamemodify(l:path, ':h') . '/.' . fnamemodify(l:path, ':t') . '.' . getpid() . '~'
  try
    call writefile(getline(1, '$'), l:copy)
  catch
    return s:say_once('not checked: ' . v:exception)
  endtry
  let l:command = shellescape(logtally#program()) . ' check --json ' . logtally#arguments(shellescape(l:copy)) . s:others(l:path)
  let l:said = system(l:command)
  call delete(l:copy)
  try
    let l:mistakes = json_decode(l:said).mistakes
  catch
    return
  endtry
  call s:show(filter(l:mistakes, {_, m -> m.file ==# l:copy && m.line isnot v:null}))
endfunction

" Of a buffer: the next change of its text meets the same.
function! s:say_once(why) abort
  if !get(b:, 'logtally_excused', 0)
    let b:logtally_excused = 1
    echomsg 'logtally: ' . a:why
  endif
endfunction

function! s:show(mistakes) abort
  let l:items = map(copy(a:mistakes), {_, m -> {'bufnr': bufnr('%'), 'lnum': m.line, 'col': m.column is v:null ? 1 : m.column,
        \ 'end_col': m.end is v:null ? 0 : m.end, 'type': m.severity ==# 'mistake' ? 'E' : m.severity ==# 'warning' ? 'W' : 'I',
        \ 'text': m.text . (m.hint is v:null ? '' : '; ' . m.hint)}})
  call setloclist(0, [], 'r', {'title': 'logtally check', 'items': l:items})
  let b:logtally_mistakes = l:items
  if !has('textprop')
    return
  endif
  for l:kind in [['E', 'SpellBad'], ['W', 'SpellCap'], ['I', 'SpellLocal']]
    if empty(prop_type_get('logtally' . l:kind[0]))
      call prop_type_add('logtally' . l:kind[0], {'highlight': l:kind[1]})
    endif
    call prop_remove({'type': 'logtally' . l:kind[0], 'all': 1})
  endfor
  for l:item in l:items
    let l:width = strlen(getline(l:item.lnum))
    let l:from = min([l:item.col, max([l:width, 1])])
    let l:length = max([min([l:item.end_col, l:width + 1]) - l:from, l:width > 0])
    silent! call prop_add(l:item.lnum, l:from, {'type': 'logtally' . l:item.type, 'length': l:length})
  endfor
endfunction

" What is wrong with the line of the cursor, in the last line of the screen.
function! logtally#say() abort
  let l:here = filter(copy(get(b:, 'logtally_mistakes', [])), {_, m -> m.lnum == line('.')})
  if !empty(l:here)
    echo strcharpart(l:here[0].text, 0, &columns - 12)
  elseif get(b:, 'logtally_said', 0)
    echo ''
  endif
  let b:logtally_said = !empty(l:here)
endfunction
