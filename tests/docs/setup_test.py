"""What `make run` says and asks before it installs packages: scripts/setup with apt-get, dpkg-query, id and sudo that only
write down how they were called."""

import os
import pty
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 20
RECORD = '#!/bin/sh\necho "$0 $*" | sed "s,.*/,," >>"$CALLS"\n'
APT = RECORD + 'case "$*" in\n*" -s "*) printf "Inst a\\nInst b\\n" ;;\n*install*) printf "Unpacking a\\nUnpacking b\\nSetting up a (1)\\nSetting up b (1)\\n" ;;\nesac\n'


class Setup(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.calls = self.folder / "calls"
        self.calls.touch()
        self.release("debian", "12")
        self.program("apt-get", APT)
        self.program("sudo", RECORD + 'exec "$@"\n')

    def program(self, name, text):
        (self.folder / name).write_text(text, encoding="ascii")
        (self.folder / name).chmod(0o755)

    def release(self, name, version):
        (self.folder / "os-release").write_text(f"ID={name}\nVERSION_ID={version}\n", encoding="ascii")

    def environment(self, user, installed):
        self.program("id", f"#!/bin/sh\necho {user}\n")
        self.program("dpkg-query", "#!/bin/sh\n" + ('echo "install ok installed"\n' if installed else "exit 1\n"))
        return {"PATH": f"{self.folder}:/usr/bin:/bin", "CALLS": str(self.calls), "OS_RELEASE": str(self.folder / "os-release")}

    def run_setup(self, user, installed=False):
        return subprocess.run([ROOT / "scripts/setup", "build"], env=self.environment(user, installed), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=SECONDS, check=False)

    def run_at_terminal(self, user, answer):
        """What is printed at a terminal where a person answers, and the exit code."""
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        started = subprocess.Popen([ROOT / "scripts/setup", "build"], env=self.environment(user, False), stdin=theirs,
                                   stdout=theirs, stderr=theirs)
        os.close(theirs)
        os.write(ours, answer.encode())
        text = b""
        while True:
            try:
                text += os.read(ours, 4096)
            except OSError:  # the other side of a terminal ends like this
                break
        return text.decode(), started.wait(SECONDS)

    def installs(self):
        return [line for line in self.calls.read_text(encoding="ascii").splitlines()
                if line.startswith("apt-get install") and " -s " not in line]

    def test_says_how_many_packages_are_missing_and_how_far_it_is(self):
        ran = self.run_setup(0)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("of drover's 22 are missing", ran.stdout)
        self.assertIn("2 of 2 packages are unpacked\n  2 of 2 packages are ready", ran.stdout)
        self.assertEqual(len(self.installs()), 1)

    def test_installs_nothing_where_all_packages_are_there(self):
        ran = self.run_setup(0, installed=True)
        self.assertIn("all 22 are there", ran.stdout)
        self.assertEqual(self.calls.read_text(encoding="ascii"), "")

    def test_asks_a_person_at_a_terminal_and_takes_no_for_an_answer(self):
        text, code = self.run_at_terminal(1000, "n\n")
        self.assertIn("Install them now with sudo?", text)
        self.assertIn("sudo apt-get install", text)
        self.assertEqual((code, self.installs()), (1, []))

    def test_installs_with_sudo_after_a_yes(self):
        text, code = self.run_at_terminal(1000, "y\n")
        self.assertEqual((code, len(self.installs())), (0, 1), text)
        self.assertIn("sudo env DEBIAN_FRONTEND=noninteractive apt-get install", self.calls.read_text(encoding="ascii"))

    def test_does_not_ask_root(self):
        text, code = self.run_at_terminal(0, "")
        self.assertNotIn("Install them now", text)
        self.assertEqual((code, len(self.installs())), (0, 1))

    def test_asks_for_the_boost_of_the_system(self):
        for name, version, boost in (("debian", "12", "1.81"), ("debian", "13", "1.83"), ("ubuntu", "24.04", "1.83")):
            self.release(name, version)
            self.assertIn(f" libboost{boost}-dev ", self.run_setup(0).stdout, name)

    def test_says_so_on_a_system_whose_package_names_it_does_not_know(self):
        self.release("fedora", "42")
        self.assertIn("knows the package names of Debian 12", self.run_setup(0).stderr)


if __name__ == "__main__":
    unittest.main()
