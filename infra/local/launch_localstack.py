"""Starts LocalStack in the foreground, with patches for what it lacks.

- Its tables are those of DynamoDB Local, which it would download, with a Java, from addresses that pin no version. Here it
  gets the jars of the folder DYNAMODB_LOCAL_JARS and the Java of JAVA_HOME.
- It starts DynamoDB Local in a process group of its own, so it would outlive a killed engine.
- DynamoDB Local listens on every interface and has no option for that. LD_PRELOAD=<library of loopback.c> keeps it on loopback.

localstack_family has the other patches, and the reasons.
"""

import os
import subprocess
import tempfile

import localstack_family


def run_dynamodb_local_from_jars():
    from localstack.services.dynamodb.server import DynamodbServer
    from localstack.utils.threads import FuncThread

    class DynamoDbLocal(FuncThread):
        def __init__(self, command):
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
            super().__init__(lambda _: self.process.wait(), name="dynamodb-local")

        def stop(self, quiet=False):
            self.process.terminate()
            super().stop(quiet)

    def start(self):
        # Without C2: what that compiler does within minutes costs more than it saves.
        jvm = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData"]
        jvm += ["--enable-native-access=ALL-UNNAMED", f"-Xmx{self.heap_size}"]
        # The native library is in a jar. It is loaded from a copy in this folder.
        folder = f"-Djava.io.tmpdir={tempfile.gettempdir()}"
        program = ["-cp", f"{os.environ['DYNAMODB_LOCAL_JARS']}/*", "com.amazonaws.services.dynamodbv2.local.main.ServerRunner"]
        options = ["-port", str(self.port), "-inMemory", "-disableTelemetry"]
        thread = DynamoDbLocal([f"{os.environ['JAVA_HOME']}/bin/java", *jvm, folder, *program, *options])
        thread.start()
        return thread

    DynamodbServer.do_start_thread = start


if __name__ == "__main__":
    localstack_family.close_gaps("localstack")
    run_dynamodb_local_from_jars()

    from localstack.runtime.main import main

    main()
