# bash: complete the commands and options of `monitor`, as the installed version knows them
eval "$(_MONITOR_COMPLETE=bash_source monitor)"
