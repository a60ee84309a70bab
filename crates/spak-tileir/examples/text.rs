//! The text of files of bytecode: `cargo run -q -p spak-tileir --example text FILE…`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a command")]

fn main() {
    for file in std::env::args_os().skip(1) {
        match spak_tileir::read(&std::fs::read(&file).unwrap()) {
            Ok(module) => println!("// {}\n{module}", file.display()),
            Err(error) => println!("// {}: {error}", file.display()),
        }
    }
}
