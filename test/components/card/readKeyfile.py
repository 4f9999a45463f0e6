"""Prints the SSID's bytes and the password of keyfiles, as NetworkManager's own library reads them."""
import ctypes
import json
import sys

glib = ctypes.CDLL("libglib-2.0.so.0")
nm = ctypes.CDLL("libnm.so.0")
pointer = ctypes.c_void_p
for library, name in [
    (glib, "g_key_file_new"),
    (glib, "g_bytes_get_data"),
    (nm, "nm_keyfile_read"),
    (nm, "nm_connection_get_setting_wireless"),
    (nm, "nm_connection_get_setting_wireless_security"),
    (nm, "nm_setting_wireless_get_ssid"),
]:
    getattr(library, name).restype = pointer
nm.nm_setting_wireless_security_get_psk.restype = ctypes.c_char_p


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    keyfile = pointer(glib.g_key_file_new())
    assert glib.g_key_file_load_from_data(keyfile, data, ctypes.c_size_t(len(data)), 0, None)
    connection = pointer(nm.nm_keyfile_read(keyfile, b"/etc/NetworkManager/system-connections", 0, None, None, None))
    assert connection.value, "NetworkManager rejects it"
    wireless = pointer(nm.nm_connection_get_setting_wireless(connection))
    size = ctypes.c_size_t()
    bytes_at = glib.g_bytes_get_data(pointer(nm.nm_setting_wireless_get_ssid(wireless)), ctypes.byref(size))
    security = pointer(nm.nm_connection_get_setting_wireless_security(connection))
    psk = nm.nm_setting_wireless_security_get_psk(security).decode()
    return {"ssid": list(ctypes.string_at(bytes_at, size.value)), "password": psk}


print(json.dumps([read(path) for path in sys.argv[1:]]))
