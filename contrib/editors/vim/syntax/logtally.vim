" Syntax of logtally's rules and configuration. Made by contrib/editor_syntax.py; change that and run it again.
if exists('b:current_syntax')
  finish
endif

syntax case match
syntax sync fromstart

syntax match logtallyComment /^\s*;.*/
syntax match logtallyComment /^#.*/
syntax match logtallyInline /\s\zs;.*/ contained
syntax match logtallyNumber /\v<[0-9][0-9.]*%(microseconds|milliseconds|microsecond|millisecond|nanoseconds|nanosecond|minutes|percent|seconds|minute|second|hours|weeks|days|hour|msec|secs|usec|week|GiB|KiB|MiB|TiB|day|min|sec|GB|Gi|KB|Ki|MB|Mi|TB|Ti|kB|ms|ns|us|%|B|G|K|M|T|d|h|m|s)?>/ contained
syntax match logtallyChoice /\v<%(auto|beginning|cri|docker|end|json|kv|logfmt|no|none|text|yes)>/ contained
syntax region logtallyString start=/"/ end=/"/ oneline contained
syntax match logtallyTemplate /\${[^}]*}/ contained contains=logtallyFilter
syntax match logtallyFilter /\v\|\s*\zs%(basename|default|class|first|lower|route|upper|host|last|sum)>/ contained
syntax match logtallyArrow /->/ contained
syntax match logtallyTable /@\S\+/ contained
syntax match logtallyGroup /(?P\?<\w\+>/ contained
syntax match logtallyPattern /%{\w\+\%(:[^}]*\)\?}/ contained
syntax cluster logtallyInRegex contains=logtallyGroup,logtallyPattern,logtallyArrow
syntax match logtallyTested /\v\=\s*\zs[^ \t=!<>~^]+\s+%(!\=|!\~|\<\=|\=\=|\=\~|\>\=|\^\=|\<|\>)/ contained contains=logtallyOperator
syntax match logtallyOperator /\v\s\zs%(!\=|!\~|\<\=|\=\=|\=\~|\>\=|\^\=|\<|\>)/ contained

syntax region logtally_event_text matchgroup=logtallyKey start=/\v^%(of|unit\.[^ \t=]+)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyChoice,logtallyNumber,logtallyTable,logtallyInline
highlight default link logtally_event_text Identifier
syntax region logtally_event_template matchgroup=logtallyKey start=/\v^%(set\.[^ \t=]+)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyTemplate
highlight default link logtally_event_template String
syntax region logtally_event_rows matchgroup=logtallyKey start=/\v^%(map\.[^ \t=]+)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyArrow,logtallyTable
highlight default link logtally_event_rows String
syntax region logtally_event_regex matchgroup=logtallyKey start=/\v^%(match|rewrite\.[^ \t=]+)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=@logtallyInRegex
highlight default link logtally_event_regex String
syntax region logtally_event_prose matchgroup=logtallyKey start=/\v^%(calc\.[^ \t=]+)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyTemplate
highlight default link logtally_event_prose String
syntax region logtally_event_list matchgroup=logtallyKey start=/\v^%(log|unless|exemplar)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyString,logtallyNumber,logtallyInline
highlight default link logtally_event_list Identifier
syntax region logtally_event_condition matchgroup=logtallyKey start=/\v^%(each|where)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyTested,@logtallyInRegex
highlight default link logtally_event_condition String
syntax region logtally_event matchgroup=logtallySection start=/\v^\[\s*event>[^]]*\]/ end=/^\ze\[/ contains=logtallyComment,logtally_event_text,logtally_event_template,logtally_event_rows,logtally_event_regex,logtally_event_prose,logtally_event_list,logtally_event_condition

syntax region logtally_counter_text matchgroup=logtallyKey start=/\v^%(value|unit)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyChoice,logtallyNumber,logtallyTable,logtallyInline
highlight default link logtally_counter_text Identifier
syntax region logtally_counter_prose matchgroup=logtallyKey start=/\v^%(help)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyTemplate
highlight default link logtally_counter_prose String
syntax region logtally_counter_number matchgroup=logtallyKey start=/\v^%(max_values|max_series|expire)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyNumber,logtallyInline
highlight default link logtally_counter_number Identifier
syntax region logtally_counter_list matchgroup=logtallyKey start=/\v^%(inc|add|labels|zero)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyString,logtallyNumber,logtallyInline
highlight default link logtally_counter_list Identifier
syntax region logtally_counter matchgroup=logtallySection start=/\v^\[\s*counter>[^]]*\]/ end=/^\ze\[/ contains=logtallyComment,logtally_counter_text,logtally_counter_prose,logtally_counter_number,logtally_counter_list

syntax region logtally_gauge_text matchgroup=logtallyKey start=/\v^%(value|unit)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyChoice,logtallyNumber,logtallyTable,logtallyInline
highlight default link logtally_gauge_text Identifier
syntax region logtally_gauge_prose matchgroup=logtallyKey start=/\v^%(help)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyTemplate
highlight default link logtally_gauge_prose String
syntax region logtally_gauge_number matchgroup=logtallyKey start=/\v^%(max_values|max_series|expire|min)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyNumber,logtallyInline
highlight default link logtally_gauge_number Identifier
syntax region logtally_gauge_list matchgroup=logtallyKey start=/\v^%(inc|dec|add|sub|set|reset|labels|zero)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyString,logtallyNumber,logtallyInline
highlight default link logtally_gauge_list Identifier
syntax region logtally_gauge matchgroup=logtallySection start=/\v^\[\s*gauge>[^]]*\]/ end=/^\ze\[/ contains=logtallyComment,logtally_gauge_text,logtally_gauge_prose,logtally_gauge_number,logtally_gauge_list

syntax region logtally_histogram_text matchgroup=logtallyKey start=/\v^%(value|unit)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyChoice,logtallyNumber,logtallyTable,logtallyInline
highlight default link logtally_histogram_text Identifier
syntax region logtally_histogram_prose matchgroup=logtallyKey start=/\v^%(help)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyTemplate
highlight default link logtally_histogram_prose String
syntax region logtally_histogram_number matchgroup=logtallyKey start=/\v^%(max_values|max_series|expire)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyNumber,logtallyInline
highlight default link logtally_histogram_number Identifier
syntax region logtally_histogram_list matchgroup=logtallyKey start=/\v^%(observe|labels|buckets|zero)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyString,logtallyNumber,logtallyInline
highlight default link logtally_histogram_list Identifier
syntax region logtally_histogram matchgroup=logtallySection start=/\v^\[\s*histogram>[^]]*\]/ end=/^\ze\[/ contains=logtallyComment,logtally_histogram_text,logtally_histogram_prose,logtally_histogram_number,logtally_histogram_list

syntax region logtally_log_text matchgroup=logtallyKey start=/\v^%(path|exclude|rotated|encoding|unwrap|time_format|time_zone)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyChoice,logtallyNumber,logtallyTable,logtallyInline
highlight default link logtally_log_text Identifier
syntax region logtally_log_regex matchgroup=logtallyKey start=/\v^%(path_match|prefix|rewrite|record|time_match)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=@logtallyInRegex
highlight default link logtally_log_regex String
syntax region logtally_log_number matchgroup=logtallyKey start=/\v^%(record_wait)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyNumber,logtallyInline
highlight default link logtally_log_number Identifier
syntax region logtally_log_list matchgroup=logtallyKey start=/\v^%(time)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyString,logtallyNumber,logtallyInline
highlight default link logtally_log_list Identifier
syntax region logtally_log_choice matchgroup=logtallyKey start=/\v^%(format|start|poll)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyChoice,logtallyInline
highlight default link logtally_log_choice Identifier
syntax region logtally_log matchgroup=logtallySection start=/\v^\[\s*log>[^]]*\]/ end=/^\ze\[/ contains=logtallyComment,logtally_log_text,logtally_log_regex,logtally_log_number,logtally_log_list,logtally_log_choice

syntax region logtally_server_text matchgroup=logtallyKey start=/\v^%(web_config)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyChoice,logtallyNumber,logtallyTable,logtallyInline
highlight default link logtally_server_text Identifier
syntax region logtally_server_number matchgroup=logtallyKey start=/\v^%(max_connections|timeout)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyNumber,logtallyInline
highlight default link logtally_server_number Identifier
syntax region logtally_server_list matchgroup=logtallyKey start=/\v^%(listen)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyString,logtallyNumber,logtallyInline
highlight default link logtally_server_list Identifier
syntax region logtally_server_choice matchgroup=logtallyKey start=/\v^%(reload|created|show_lines)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyChoice,logtallyInline
highlight default link logtally_server_choice Identifier
syntax region logtally_server matchgroup=logtallySection start=/\v^\[\s*server>[^]]*\]/ end=/^\ze\[/ contains=logtallyComment,logtally_server_text,logtally_server_number,logtally_server_list,logtally_server_choice

syntax region logtally_state_text matchgroup=logtallyKey start=/\v^%(directory)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyChoice,logtallyNumber,logtallyTable,logtallyInline
highlight default link logtally_state_text Identifier
syntax region logtally_state_number matchgroup=logtallyKey start=/\v^%(interval|rotate_wait|remember)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyNumber,logtallyInline
highlight default link logtally_state_number Identifier
syntax region logtally_state matchgroup=logtallySection start=/\v^\[\s*state>[^]]*\]/ end=/^\ze\[/ contains=logtallyComment,logtally_state_text,logtally_state_number

syntax region logtally_limits_number matchgroup=logtallyKey start=/\v^%(line|label|series)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyNumber,logtallyInline
highlight default link logtally_limits_number Identifier
syntax region logtally_limits matchgroup=logtallySection start=/\v^\[\s*limits>[^]]*\]/ end=/^\ze\[/ contains=logtallyComment,logtally_limits_number

syntax region logtally_metrics_list matchgroup=logtallyKey start=/\v^%(const_labels)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyString,logtallyNumber,logtallyInline
highlight default link logtally_metrics_list Identifier
syntax region logtally_metrics matchgroup=logtallySection start=/\v^\[\s*metrics>[^]]*\]/ end=/^\ze\[/ contains=logtallyComment,logtally_metrics_list

syntax region logtally_rules_list matchgroup=logtallyKey start=/\v^%(include)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyString,logtallyNumber,logtallyInline
highlight default link logtally_rules_list Identifier
syntax region logtally_rules_choice matchgroup=logtallyKey start=/\v^%(watch)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyChoice,logtallyInline
highlight default link logtally_rules_choice Identifier
syntax region logtally_rules matchgroup=logtallySection start=/\v^\[\s*rules>[^]]*\]/ end=/^\ze\[/ contains=logtallyComment,logtally_rules_list,logtally_rules_choice

syntax region logtally_test_text matchgroup=logtallyKey start=/\v^%(rules|at|year|date)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyChoice,logtallyNumber,logtallyTable,logtallyInline
highlight default link logtally_test_text Identifier
syntax region logtally_test_number matchgroup=logtallyKey start=/\v^%(unmatched)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyNumber,logtallyInline
highlight default link logtally_test_number Identifier
syntax region logtally_test matchgroup=logtallySection start=/\v^\[\s*test>[^]]*\]/ end=/^\ze\[/ contains=logtallyComment,logtally_test_text,logtally_test_number

syntax region logtally_patterns_regex_any matchgroup=logtallyKey start=/\v^%([A-Za-z_][A-Za-z0-9_]*)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=@logtallyInRegex
highlight default link logtally_patterns_regex_any String
syntax region logtally_patterns_list matchgroup=logtallyKey start=/\v^%(include)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyString,logtallyNumber,logtallyInline
highlight default link logtally_patterns_list Identifier
syntax region logtally_patterns matchgroup=logtallySection start=/\v^\[\s*patterns>[^]]*\]/ end=/^\ze\[/ contains=logtallyComment,logtally_patterns_regex_any,logtally_patterns_list

syntax region logtally_span_number matchgroup=logtallyKey start=/\v^%(timeout|max_open)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyNumber,logtallyInline
highlight default link logtally_span_number Identifier
syntax region logtally_span_list matchgroup=logtallyKey start=/\v^%(begin|end|key)\ze\s*\=/ end=/^\ze\%(\S\|\s*;\)/ end=/^\s*$/ contained keepend contains=logtallyString,logtallyNumber,logtallyInline
highlight default link logtally_span_list Identifier
syntax region logtally_span matchgroup=logtallySection start=/\v^\[\s*span>[^]]*\]/ end=/^\ze\[/ contains=logtallyComment,logtally_span_number,logtally_span_list

highlight default link logtallyComment Comment
highlight default link logtallyInline Comment
highlight default link logtallySection Type
highlight default link logtallyKey Keyword
highlight default link logtallyNumber Number
highlight default link logtallyChoice Constant
highlight default link logtallyString String
highlight default link logtallyTemplate Special
highlight default link logtallyFilter Function
highlight default link logtallyArrow Operator
highlight default link logtallyTable Include
highlight default link logtallyGroup Special
highlight default link logtallyPattern Macro
highlight default link logtallyTested Identifier
highlight default link logtallyOperator Operator

let b:current_syntax = 'logtally'
