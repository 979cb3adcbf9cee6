# fish: complete the commands and options of `monitor`, as the installed version knows them
_MONITOR_COMPLETE=fish_source monitor | source
