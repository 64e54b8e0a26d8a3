# Ends what its parent leaves behind. It reads one command per line from standard input:
#   watch PID SIGNAL    end this process with SIGNAL when the parent has gone
#   forget PID          it has ended
#   remove FOLDER       delete this folder at the end
# When the input closes, the parent is gone, whatever it died of. Shell, because it costs 1 MB and Node 40.
trap '' INT HUP TERM
watched=''
folders=''
while read -r verb value signal; do
  case $verb in
    watch) watched="$watched $value:$signal" ;;
    forget)
      rest=''
      for entry in $watched; do [ "${entry%%:*}" = "$value" ] || rest="$rest $entry"; done
      watched=$rest
      ;;
    remove)
      folders="$folders
$value"
      ;;
  esac
done
for entry in $watched; do kill -s "${entry#*:}" "${entry%%:*}" 2>/dev/null; done
tries=0
while [ "$tries" -lt 50 ]; do
  alive=''
  for entry in $watched; do
    if kill -0 "${entry%%:*}" 2>/dev/null; then alive=yes; fi
  done
  [ -n "$alive" ] || break
  sleep 0.1
  tries=$((tries + 1))
done
# Each of them leads its own process group: what it started goes with it.
for entry in $watched; do kill -s KILL -- "-${entry%%:*}" 2>/dev/null; done
printf '%s\n' "$folders" | while read -r folder; do
  case $folder in */leadgraph-*) rm -rf -- "$folder" ;; esac
done
