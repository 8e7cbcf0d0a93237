use dynamodb_tables::{Applications, Chats, Counters, Messages};
use function_environment::{Environment, TimeoutProfile};
use functions::batches::serve;
use functions::persist::{Handler, Indexing, PortTypes};
use lambda_runtime::Error;
use opensearch_index::MessageIndex;
use sqs_queues::{DeadLetterQueue, IndexQueue, WriteQueue};

#[derive(Debug)]
struct Aws;

impl PortTypes for Aws {
    type Applications = Applications;
    type Chats = Chats;
    type Messages = Messages;
    type Counters = Counters;
    type Writes = WriteQueue;
    type Index = MessageIndex;
    type IndexQueue = IndexQueue;
    type DeadLetters = DeadLetterQueue;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process(TimeoutProfile::Batch)?;
    let handler: Handler<Aws> = Handler {
        applications: Applications::from_environment(&environment)?,
        chats: Chats::from_environment(&environment)?,
        messages: Messages::from_environment(&environment)?,
        counters: Counters::from_environment(&environment)?,
        writes: WriteQueue::from_environment(&environment)?,
        indexing: Indexing {
            index: MessageIndex::from_environment(&environment)?,
            queue: IndexQueue::from_environment(&environment)?,
        },
        dead_letters: DeadLetterQueue::from_environment(&environment)?,
    };
    serve(handler, &environment.variables).await
}
